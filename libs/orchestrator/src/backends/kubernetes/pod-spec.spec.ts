import type { NodeId, WorkloadId } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageUnavailable, InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { labelValue, readLabels } from './pod-labels.js';
import { podName, podOf } from './pod-spec.js';
import type { PodTarget } from './pod-target.js';

const target: PodTarget = {
  owner: 'ins_1/nod_1',
  namespace: 'muster-sessions',
  nodeName: 'worker-7.example',
  platform: { os: 'linux', build: '6.1.0' },
  pull: 'missing',
  pullSecrets: ['registry'],
  tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
  unreachableMs: 30_500,
  scratchBytes: 1e6,
  ipFamily: 'ipv4',
};
const amounts = { cpuMillis: 1500, memoryBytes: 2e9, diskBytes: 3e9, ports: 1 };
const bookedNothing = { amounts, gpus: [], hostPorts: [] };
const spec: WorkloadSpec = {
  id: 'ses-1-wrk-1-1' as WorkloadId,
  kind: 'worker',
  ownership: {
    installationId: 'ins_1' as never,
    nodeId: 'nod_1' as NodeId,
    sessionId: 'ses_1' as never,
    workerId: 'wrk_1' as never,
    role: 'solver',
    incarnation: 2,
    epoch: 3,
  },
  run: {
    image: { linux: 'muster/workers:1', 'windows-10.0.20348': 'muster/workers:ltsc2022' },
    command: ['field-solver', '--listen=0.0.0.0:$PORT', '$(HOME)'],
  },
  env: { MUSTER_ROLE: 'solver', PRICE: '5$ or $(MUSTER_ROLE)' },
  secrets: [{ env: 'LICENCE_FILE', name: 'licence' }],
  mounts: [
    { name: 'data', source: 'data-claim', path: '/mnt/data', readOnly: true },
    { name: 'models', source: 'models', path: '/mnt/models', readOnly: false },
    { name: 'fixed', source: 'models', path: '/mnt/fixed', readOnly: true },
  ],
  advertise: { env: 'MUSTER_ADVERTISED_URL', port: 4711 },
  probe: { port: 4711, httpGet: '/health' },
  hostName: 'solver-1',
  booking: { ...bookedNothing, hostPorts: [4711] },
  limits: { cpuMillis: 1500, memoryBytes: 2e9, diskBytes: 3e9 },
  scratchDir: '/scratch/1',
  graceMs: 1500,
};

describe('the pod of a spec', () => {
  it('has everything that was asked for, on that node only, and no right beyond it', () => {
    expect(podOf(spec, target)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: podName('ins_1/nod_1', 'ses-1-wrk-1-1'),
        namespace: 'muster-sessions',
        labels: {
          'muster.dev/installation': 'ins_1',
          'muster.dev/node': 'nod_1',
          'muster.dev/session': 'ses_1',
          'muster.dev/worker': 'wrk_1',
          'muster.dev/role': 'solver',
          'muster.dev/workload': 'ses-1-wrk-1-1',
          'muster.dev/kind': 'worker',
          'muster.dev/kubernetes-node': 'worker-7.example',
          'muster.dev/owner': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        },
        annotations: {
          'muster.dev/incarnation': '2',
          'muster.dev/epoch': '3',
          'muster.dev/booking': JSON.stringify(spec.booking),
        },
      },
      spec: {
        os: { name: 'linux' },
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['worker-7.example'] }] },
              ],
            },
          },
        },
        tolerations: [
          { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' },
          ...['not-ready', 'unreachable'].map((state) => ({
            key: `node.kubernetes.io/${state}`,
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 31,
          })),
        ],
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 2,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        shareProcessNamespace: true,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        hostname: 'solver-1',
        containers: [
          {
            name: 'workload',
            image: 'muster/workers:1',
            imagePullPolicy: 'IfNotPresent',
            args: ['field-solver', '--listen=0.0.0.0:4711', '$$(HOME)'],
            env: [
              { name: 'HOME', value: '/scratch/1' },
              { name: 'TMPDIR', value: '/scratch/1' },
              { name: 'LANG', value: 'C.UTF-8' },
              { name: 'NVIDIA_VISIBLE_DEVICES', value: 'void' },
              { name: 'MUSTER_ROLE', value: 'solver' },
              { name: 'PRICE', value: '5$$ or $$(MUSTER_ROLE)' },
              { name: 'LICENCE_FILE', value: '/run/muster/secrets/licence' },
              { name: 'MUSTER_POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              { name: 'MUSTER_ADVERTISED_URL', value: 'http://$(MUSTER_POD_IP):4711' },
            ],
            resources: {
              requests: { cpu: '1500m', memory: '2000000000', 'ephemeral-storage': '3000000000' },
              limits: { cpu: '1500m', memory: '2000000000' },
            },
            readinessProbe: {
              httpGet: { path: '/health', port: 4711 },
              periodSeconds: 1,
              timeoutSeconds: 2,
              failureThreshold: 3,
            },
            volumeMounts: [
              { name: 'tmp', mountPath: '/tmp' },
              { name: 'scratch', mountPath: '/scratch/1' },
              { name: 'claim-0', mountPath: '/mnt/data', readOnly: true },
              { name: 'claim-1', mountPath: '/mnt/models' },
              { name: 'claim-1', mountPath: '/mnt/fixed', readOnly: true },
              { name: 'secrets', mountPath: '/run/muster/secrets', readOnly: true },
            ],
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
        volumes: [
          { name: 'tmp', emptyDir: { sizeLimit: '1000000' } },
          { name: 'scratch', emptyDir: { sizeLimit: '3000000000' } },
          { name: 'claim-0', persistentVolumeClaim: { claimName: 'data-claim', readOnly: true } },
          { name: 'claim-1', persistentVolumeClaim: { claimName: 'models' } },
          {
            name: 'secrets',
            projected: {
              defaultMode: 0o444,
              sources: [{ secret: { name: 'licence', items: [{ key: 'licence', path: 'licence' }] } }],
            },
          },
        ],
        imagePullSecrets: [{ name: 'registry' }],
      },
    });
  });

  it('is, on Windows, one for that build only, without what only Linux has', () => {
    const windows = { ...target, platform: { os: 'windows', build: '10.0.20348' } as const };
    const { advertise: _, mounts: __, scratchDir: ___, ...plain } = spec;
    const { spec: pod } = podOf(plain, windows);
    expect(pod).toMatchObject({
      os: { name: 'windows' },
      nodeSelector: { 'kubernetes.io/os': 'windows', 'node.kubernetes.io/windows-build': '10.0.20348' },
      securityContext: { runAsNonRoot: true, windowsOptions: { runAsUserName: 'ContainerUser' } },
      containers: [
        { image: 'muster/workers:ltsc2022', volumeMounts: [{ mountPath: 'C:\\ProgramData\\muster\\secrets' }] },
      ],
    });
    expect(pod).not.toHaveProperty('shareProcessNamespace');
    expect(pod).not.toHaveProperty('securityContext.seccompProfile');
    expect(pod?.containers[0]).not.toHaveProperty('securityContext');
    expect(() => podOf({ ...plain, run: { image: { linux: 'l:1' } } }, windows)).toThrow(ImageUnavailable);
  });

  it('runs as a user of ours only where the options say so', () => {
    expect(podOf(spec, { ...target, runAsUser: 65532 }).spec?.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
      runAsUser: 65532,
      runAsGroup: 0,
      fsGroup: 65532,
      fsGroupChangePolicy: 'OnRootMismatch',
    });
  });

  it('asks for no limit that the spec does not have, and tells an address of IPv6 in brackets', () => {
    const { limits: _, ...without } = spec;
    const container = podOf(without, { ...target, ipFamily: 'ipv6' }).spec?.containers[0];
    expect(container?.resources).toEqual({
      requests: { cpu: '1500m', memory: '2000000000', 'ephemeral-storage': '3000000000' },
      limits: {},
    });
    expect(container?.env?.at(-1)?.value).toBe('http://[$(MUSTER_POD_IP)]:4711');
  });

  it('has its GPUs as resources of the device plugin, or as a claim', () => {
    const booked = (deviceId: string): WorkloadSpec => ({
      ...spec,
      booking: {
        ...bookedNothing,
        hostPorts: [4711],
        gpus: [{ deviceId, slots: 2, memoryBytes: 1e9, exclusive: false }],
      },
    });
    const shared = podOf(booked('nvidia.com/gpu.shared/0'), target).spec;
    expect(shared?.containers[0]?.resources?.limits).toMatchObject({ 'nvidia.com/gpu.shared': '2' });
    expect(shared).not.toHaveProperty('resourceClaims');
    const claimed = podOf(booked('gpu.nvidia.com/0'), target).spec;
    expect(claimed?.resourceClaims).toEqual([
      { name: 'gpu', resourceClaimName: `${podName(target.owner, spec.id)}-gpu` },
    ]);
    expect(claimed?.containers[0]?.resources?.claims).toEqual([{ name: 'gpu' }]);
  });

  it.each<[string, Partial<WorkloadSpec>]>([
    ['a run that is no image', { run: { command: ['date'] } }],
    ['$PORT where no port is booked', { booking: bookedNothing }],
    [
      'a folder of the node instead of a claim',
      { mounts: [{ name: 'a', source: '/srv', path: '/a', readOnly: true }] },
    ],
    ['a variable that cannot be', { env: { 'A=B': 'c' } }],
    ['an id that is no name', { id: '../w' as WorkloadId }],
  ])('is not made of %s', (_, members) => {
    expect(() => podOf({ ...spec, ...members }, target)).toThrow(InvalidSpec);
  });

  it('has a name that is a name for the cluster, and another for every owner and every id', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/);
    fc.assert(
      fc.property(id, id, fc.string(), fc.string(), (one, other, owner, otherOwner) => {
        expect(podName(owner, one)).toMatch(/^[a-z0-9]([a-z0-9-]{0,251}[a-z0-9])?$/);
        expect(podName(owner, one) === podName(otherOwner, other)).toBe(owner === otherOwner && one === other);
      }),
    );
  });

  it('says by its labels whose it is, whatever the texts, and only to its owner', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.constantFrom('solver', 'größer', 'a'.repeat(80)),
    );
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (role, incarnation, epoch) => {
        const own = { ...spec, ownership: { ...spec.ownership, role, incarnation, epoch } };
        const { metadata } = podOf(own, target);
        for (const value of Object.values(metadata?.labels ?? {}))
          expect(value).toMatch(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/);
        const { id, kind, ownership, booking } = own;
        expect(readLabels(metadata, target.owner)).toEqual({ id, kind, ownership, booking });
        expect(readLabels(metadata, 'ins_2/nod_1')).toBeUndefined();
      }),
    );
    expect(labelValue('solver')).toBe('solver');
  });
});
