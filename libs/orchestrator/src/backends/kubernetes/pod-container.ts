import { InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { chooseImage } from '../image-choice.js';
import { claimReferences } from './gpu-claims.js';
import { gpuEnvironment, gpuResources } from './gpu-resources.js';
import type { V1Container } from './kubernetes-api.js';
import type { PodTarget } from './pod-target.js';
import { secretPath, volumeMountsOf } from './pod-volumes.js';

type EnvVar = NonNullable<V1Container['env']>[number];
type Resources = NonNullable<V1Container['resources']>;

/** Names the pod's address for the one variable that tells it. */
const addressVariable = 'MUSTER_POD_IP';
const pullPolicies = { missing: 'IfNotPresent', always: 'Always', never: 'Never' } as const;

/** The one container of a pod of ours. */
export function containerOf(podName: string, spec: WorkloadSpec, target: PodTarget): V1Container {
  if (!('image' in spec.run)) throw new InvalidSpec('the kubernetes back end runs images only');
  const args = argumentsOf(spec.run.command, spec);
  return {
    name: 'workload',
    image: chooseImage(spec.run.image, target.platform),
    imagePullPolicy: pullPolicies[target.pull],
    ...(args && { args }),
    env: environmentOf(spec, target),
    resources: resourcesOf(podName, spec),
    ...(spec.probe && { readinessProbe: readinessOf(spec.probe) }),
    volumeMounts: volumeMountsOf(spec, target),
    ...(target.platform.os !== 'windows' && {
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    }),
  };
}

/** After the image's own entry point, if it has one. */
function argumentsOf(command: readonly string[] | undefined, { booking }: WorkloadSpec): string[] | undefined {
  return command?.map((word) => {
    if (!word.includes('$PORT')) return literally(word);
    const port = booking.hostPorts[0];
    if (port === undefined) throw new InvalidSpec('run.command names $PORT, but no host port is booked');
    return literally(word.replaceAll('$PORT', String(port)));
  });
}

/** The image's own variables stay below these. */
function environmentOf(spec: WorkloadSpec, { platform, ipFamily }: PodTarget): EnvVar[] {
  const own = spec.scratchDir ?? '/tmp';
  const minimal = platform.os === 'windows' ? {} : { HOME: own, TMPDIR: own, LANG: 'C.UTF-8' };
  const secrets = (spec.secrets ?? []).map(({ env, name }) => [env, secretPath(name, platform.os)]);
  const gpus = gpuEnvironment(spec.booking.gpus);
  const values: Record<string, string> = { ...minimal, ...gpus, ...spec.env, ...Object.fromEntries(secrets) };
  const plain = Object.entries(values).filter(([name]) => name !== spec.advertise?.env);
  return [
    ...plain.map(([name, value]) => ({ name, value: literally(value) })),
    ...(spec.advertise === undefined ? [] : addressOf(spec.advertise, ipFamily)),
  ];
}

/** Known to nobody before the pod has one. */
function addressOf({ env, port }: NonNullable<WorkloadSpec['advertise']>, ipFamily: PodTarget['ipFamily']): EnvVar[] {
  const address = ipFamily === 'ipv6' ? `[$(${addressVariable})]` : `$(${addressVariable})`;
  return [
    { name: addressVariable, valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: env, value: `http://${address}:${port}` },
  ];
}

/** The node puts variables in the place of `$(NAME)`, which nobody asked for. */
function literally(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** A share of the processor by what was booked, a hard cap only where it is asked for; memory over its limit ends the workload. */
function resourcesOf(podName: string, { booking, limits = {} }: WorkloadSpec): Resources {
  const { cpuMillis, memoryBytes, diskBytes } = booking.amounts;
  const devices = gpuResources(booking.gpus);
  const claims = claimReferences(podName, booking.gpus)?.claims;
  return {
    requests: {
      cpu: `${Math.min(cpuMillis, limits.cpuMillis ?? cpuMillis)}m`,
      memory: String(limits.memoryBytes ?? memoryBytes),
      ...(diskBytes > 0 && { 'ephemeral-storage': String(diskBytes) }),
      ...devices,
    },
    limits: {
      ...(limits.cpuMillis !== undefined && { cpu: `${limits.cpuMillis}m` }),
      ...(limits.memoryBytes !== undefined && { memory: String(limits.memoryBytes) }),
      ...devices,
    },
    ...(claims && { claims }),
  };
}

function readinessOf({ port, httpGet }: NonNullable<WorkloadSpec['probe']>): V1Container['readinessProbe'] {
  return {
    ...(httpGet === undefined ? { tcpSocket: { port } } : { httpGet: { path: httpGet, port } }),
    periodSeconds: 1,
    timeoutSeconds: 2,
    failureThreshold: 3,
  };
}
