import type { OsFamily } from '@muster/contracts';
import { InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import type { V1Container, V1Volume } from './kubernetes-api.js';
import type { PodTarget } from './pod-target.js';

type VolumeMount = NonNullable<V1Container['volumeMounts']>[number];

/** Readable for whoever the workload runs as, writable for nobody. */
const readOnlyMode = 0o444;

/** Files of a pod that are not its image's: empty places of bounded size, the operator's claims, secrets. */
export function volumesOf(spec: WorkloadSpec, { platform, scratchBytes }: PodTarget): V1Volume[] {
  const diskBytes = spec.limits?.diskBytes ?? 0;
  const ownBytes = diskBytes === 0 ? scratchBytes : diskBytes;
  const empty = (name: string, bytes: number): V1Volume => ({ name, emptyDir: { sizeLimit: String(bytes) } });
  return [
    ...(platform.os === 'windows' ? [] : [empty('tmp', scratchBytes)]),
    ...(spec.scratchDir === undefined ? [] : [empty('scratch', ownBytes)]),
    ...claimVolumes(spec),
    ...secretVolumes(spec),
  ];
}

export function volumeMountsOf(spec: WorkloadSpec, { platform }: PodTarget): VolumeMount[] {
  return [
    ...(platform.os === 'windows' ? [] : [{ name: 'tmp', mountPath: '/tmp' }]),
    ...(spec.scratchDir === undefined ? [] : [{ name: 'scratch', mountPath: spec.scratchDir }]),
    ...(spec.mounts ?? []).map(({ source, path, readOnly }) => ({
      name: claimVolume(spec, source),
      mountPath: path,
      ...(readOnly && { readOnly }),
    })),
    ...((spec.secrets ?? []).length === 0
      ? []
      : [{ name: 'secrets', mountPath: secretFolder(platform.os), readOnly: true }]),
  ];
}

export function secretPath(name: string, os: OsFamily): string {
  return os === 'windows' ? `${secretFolder(os)}\\${name}` : `${secretFolder(os)}/${name}`;
}

function secretFolder(os: OsFamily): string {
  return os === 'windows' ? 'C:\\ProgramData\\muster\\secrets' : '/run/muster/secrets';
}

/** Each from the Secret of its name, of which it is the one key. */
function secretVolumes({ secrets = [] }: WorkloadSpec): V1Volume[] {
  if (secrets.length === 0) return [];
  const sources = secrets.map(({ name }) => ({ secret: { name, items: [{ key: name, path: name }] } }));
  return [{ name: 'secrets', projected: { defaultMode: readOnlyMode, sources } }];
}

/** One each, however often it is mounted: a node waits for ever for a pod that names a claim twice. */
function claimVolumes(spec: WorkloadSpec): V1Volume[] {
  const mounts = spec.mounts ?? [];
  const claims = new Map(mounts.map(({ name, source }) => [source, claimNameOf(name, source)]));
  return [...claims].map(([source, claimName]) => {
    const readOnly = mounts.every((each) => each.source !== source || each.readOnly);
    return { name: claimVolume(spec, source), persistentVolumeClaim: { claimName, ...(readOnly && { readOnly }) } };
  });
}

function claimVolume({ mounts = [] }: WorkloadSpec, source: string): string {
  return `claim-${[...new Set(mounts.map((mount) => mount.source))].indexOf(source)}`;
}

function claimNameOf(name: string, source: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(source)) return source;
  throw new InvalidSpec(`mount ${name}: ${source} is no name of a claim in the cluster`);
}
