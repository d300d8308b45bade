import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  args: string[];
  env?: { name: string; value?: string }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
  startupProbe?: object;
  readinessProbe?: object;
  livenessProbe?: object;
}

interface PodSpec {
  automountServiceAccountToken?: boolean;
  serviceAccountName?: string;
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  containers: Container[];
}

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: { template?: { spec: PodSpec }; podSelector?: object; policyTypes?: string[] };
  template?: { spec: PodSpec };
  rules?: { resources: string[]; verbs: string[] }[];
}

const base = 'k8s/base';
const manifests = readdirSync(base)
  .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  .flatMap((name) => parseAllDocuments(readFileSync(`${base}/${name}`, 'utf8'), { merge: true }))
  .map((document) => document.toJS() as Manifest);
const pods = manifests.flatMap(({ kind, metadata, spec, template }) => {
  const pod = spec?.template?.spec ?? template?.spec;
  return pod === undefined ? [] : [{ kind, name: metadata.name, pod }];
});
const containers = pods.flatMap(({ kind, name, pod }) =>
  pod.containers.map((container) => ({ kind, name, container })),
);
const reference = readFileSync('docs/reference/configuration.md', 'utf8');
const settingsFile = readFileSync(`${base}/settings.env`, 'utf8');

/** Of which something is true, as `kind name`. */
function those<T extends { kind: string; name: string }>(all: readonly T[], isSo: (each: T) => boolean): string[] {
  return all.filter(isSo).map(({ kind, name }) => `${kind} ${name}`);
}

describe('the manifests', () => {
  it('lock every container up as the strictest security asks, and bound it', () => {
    const isLocked = ({ container: { securityContext } }: (typeof containers)[number]): boolean =>
      JSON.stringify(securityContext) ===
      JSON.stringify({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    expect(those(containers, (each) => !isLocked(each))).toEqual([]);
    expect(those(pods, ({ pod }) => pod.securityContext?.['runAsNonRoot'] !== true)).toEqual([]);
    const memory = ({ container: { resources } }: (typeof containers)[number]): unknown[] => [
      resources?.requests?.['memory'],
      resources?.limits?.['memory'],
    ];
    expect(those(containers, (each) => memory(each)[0] === undefined || memory(each)[0] !== memory(each)[1])).toEqual(
      [],
    );
    expect(those(containers, ({ container }) => container.resources?.requests?.['cpu'] === undefined)).toEqual([]);
  });

  it('name images by a version, and take those that are there', () => {
    expect(those(containers, ({ container }) => !/:(?!latest)\w/.test(container.image))).toEqual([]);
    expect(those(containers, ({ container }) => container.imagePullPolicy !== 'IfNotPresent')).toEqual([]);
  });

  it('have every service probed: whether it has started, is ready, lives', () => {
    const isProbed = ({
      container: { startupProbe, readinessProbe, livenessProbe },
    }: (typeof containers)[number]): boolean =>
      [startupProbe, readinessProbe, livenessProbe].every((probe) => probe !== undefined);
    expect(those(containers, (each) => !isProbed(each))).toEqual(['Job setup']);
  });

  it('leave a service more time to stop than it takes itself', () => {
    const longRunning = pods.filter(({ kind }) => kind !== 'Job');
    expect(those(longRunning, ({ pod }) => (pod.terminationGracePeriodSeconds ?? 0) < 40)).toEqual([]);
  });

  it('give the token of an account to those alone who ask the API', () => {
    const withToken = those(pods, ({ pod }) => pod.automountServiceAccountToken !== false);
    expect(withToken.sort()).toEqual(['DaemonSet local-directory', 'Deployment global-directory', 'Job setup']);
  });

  it('let nobody run programs in pods, and secrets be read by the setup alone', () => {
    const roles = manifests.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
    const mayTouch = (resource: string): string[] =>
      roles
        .filter(({ rules = [] }) => rules.some(({ resources }) => resources.includes(resource)))
        .map(({ metadata }) => metadata.name);
    expect(mayTouch('pods/exec')).toEqual([]);
    expect(mayTouch('secrets')).toEqual(['setup']);
    expect(mayTouch('*')).toEqual([]);
  });

  it('set only what is a setting', () => {
    const named = containers.flatMap(({ container }) => container.env ?? []).map(({ name }) => name);
    const inFile = [...settingsFile.matchAll(/^(MUSTER_\w+)=/gm)].map(([, name]) => name ?? '');
    const isSetting = (name: string): boolean =>
      [name, name.replace(/_FILE$/, '')].some((each) => reference.includes(`\`${each}\``));
    const ours = [...named, ...inFile].filter(
      (name) => name.startsWith('MUSTER_') && !name.startsWith('MUSTER_SETUP_'),
    );
    expect(ours.filter((name) => !isSetting(name))).toEqual([]);
  });

  it('make further session services of the very same pod as the fixed ones', () => {
    const [fixed] = pods.filter(({ kind, name }) => kind === 'Deployment' && name === 'session');
    const [further] = pods.filter(({ kind }) => kind === 'PodTemplate');
    expect(further?.pod).toEqual(fixed?.pod);
  });

  it('have a policy of the network for every service', () => {
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name);
    const names = pods.filter(({ kind }) => kind !== 'PodTemplate').map(({ name }) => name);
    expect(names.filter((name) => !policies.includes(name))).toEqual([]);
    const { allow } = parse(readFileSync('k8s/network-matrix.yaml', 'utf8')) as {
      allow: { from: string[]; to: string }[];
    };
    const others = ['anyone', 'workers', 'api-server', 'mongo'];
    const unknown = allow
      .flatMap(({ from, to }) => [...from, to])
      .filter((name) => !names.includes(name) && !others.includes(name));
    expect(unknown).toEqual([]);
  });
});
