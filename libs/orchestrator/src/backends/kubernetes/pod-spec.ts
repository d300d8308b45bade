import { createHash } from 'node:crypto';
import { InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { claimReferences } from './gpu-claims.js';
import type { V1Pod } from './kubernetes-api.js';
import { containerOf } from './pod-container.js';
import { annotationsOf, labelsOf } from './pod-labels.js';
import type { PodTarget } from './pod-target.js';
import { volumesOf } from './pod-volumes.js';

type PodSpec = NonNullable<V1Pod['spec']>;

/** Same owner and id, same name: what makes a start that is asked for twice one pod, and never that of another installation. */
export function podName(owner: string, id: string): string {
  const plain = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 200);
  const hash = createHash('sha256').update(`${owner}/${id}`).digest('hex').slice(0, 10);
  return `${plain}${plain.endsWith('-') ? '' : '-'}${hash}`;
}

/** The pod of a spec, by nothing but its arguments: same in, same out. Throws `InvalidSpec` or `ImageUnavailable`. */
export function podOf(spec: WorkloadSpec, target: PodTarget): V1Pod {
  checkPlainValues(spec);
  const name = podName(target.owner, spec.id);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: target.namespace,
      labels: labelsOf(spec, target.owner, target.nodeName),
      annotations: annotationsOf(spec),
    },
    spec: {
      ...placeOf(target),
      ...lifeOf(spec),
      ...enclosureOf(target),
      ...(spec.hostName !== undefined && { hostname: spec.hostName }),
      ...claimsOf(name, spec),
      containers: [containerOf(name, spec, target)],
      volumes: volumesOf(spec, target),
      imagePullSecrets: target.pullSecrets.map((secret) => ({ name: secret })),
    },
  };
}

/** The scheduler still looks whether it fits there, which it does not where a pod names its node itself. */
function placeOf({ nodeName, platform, tolerations, unreachableMs }: PodTarget): Partial<PodSpec> {
  const { os, build } = platform;
  const isThatNode = { key: 'metadata.name', operator: 'In', values: [nodeName] };
  const stay = unreachableMs === undefined ? [] : ['not-ready', 'unreachable'];
  return {
    os: { name: os },
    nodeSelector: {
      'kubernetes.io/os': os,
      ...(os === 'windows' && build !== '' && { 'node.kubernetes.io/windows-build': build }),
    },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [isThatNode] }] },
      },
    },
    tolerations: [
      ...tolerations,
      ...stay.map((state) => ({
        key: `node.kubernetes.io/${state}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: Math.ceil((unreachableMs ?? 0) / 1000),
      })),
    ],
  };
}

/** Who restarts what is the session's decision. */
function lifeOf({ graceMs }: WorkloadSpec): Partial<PodSpec> {
  return { restartPolicy: 'Never', terminationGracePeriodSeconds: graceSeconds(graceMs) };
}

/** No grace at all would take the pod out of the books while its program still runs. */
export function graceSeconds(graceMs: number): number {
  return Math.max(1, Math.ceil(graceMs / 1000));
}

/**
 * Fits the `restricted` rules of Pod Security. On Linux a first process of the pod reaps orphans and lets signals do what they
 * do to any other program.
 */
function enclosureOf({ platform, runAsUser }: PodTarget): Partial<PodSpec> {
  const closed = { automountServiceAccountToken: false, enableServiceLinks: false };
  if (platform.os === 'windows')
    return { ...closed, securityContext: { runAsNonRoot: true, windowsOptions: { runAsUserName: 'ContainerUser' } } };
  const user = runAsUser !== undefined && {
    runAsUser,
    runAsGroup: 0,
    fsGroup: runAsUser,
    fsGroupChangePolicy: 'OnRootMismatch',
  };
  return {
    ...closed,
    shareProcessNamespace: true,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...user },
  };
}

function claimsOf(name: string, { booking }: WorkloadSpec): Partial<PodSpec> {
  const references = claimReferences(name, booking.gpus);
  return references === undefined ? {} : { resourceClaims: references.resourceClaims };
}

function checkPlainValues({ id, env }: WorkloadSpec): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,199}$/i.test(id)) throw new InvalidSpec('id is not safe as a name of a pod');
  for (const [name, value] of Object.entries(env))
    if (!/^[ -<>-~]+$/.test(name) || value.includes('\0'))
      throw new InvalidSpec(`env ${JSON.stringify(name)} is not possible`);
}
