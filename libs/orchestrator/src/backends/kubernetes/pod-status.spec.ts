import type { WorkloadId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { ImageUnavailable, InvalidSpec, NoCapacity } from '../../contract/errors.js';
import type { V1Pod } from './kubernetes-api.js';
import { stateOf, statusOf } from './pod-status.js';
import { progressOf, startOutcome } from './start-outcome.js';

const at = '2026-01-02T03:04:05Z';
const digest = `sha256:${'ab'.repeat(32)}`;
const labelled = {
  id: 'w1' as WorkloadId,
  kind: 'worker',
  ownership: {} as never,
  booking: {} as never,
} as const;
const byItself = { wasStopped: false, wasTakenAway: false };

/** As the API sends it: times are texts. */
const pod = (status: object, container: object = {}): V1Pod =>
  ({
    metadata: { name: 'p', uid: 'u', creationTimestamp: '2026-01-02T03:00:00Z' },
    spec: { containers: [{ name: 'workload', image: 'solver:1', ...container }] },
    status,
  }) as unknown as V1Pod;
const inState = (state: object, more: object = {}): V1Pod =>
  pod({
    phase: 'Running',
    podIP: '10.1.2.3',
    containerStatuses: [{ imageID: `docker.io/x@${digest}`, state, ...more }],
  });
const ended = (terminated: object): V1Pod => inState({ terminated: { startedAt: at, finishedAt: at, ...terminated } });
const bound = [{ type: 'PodScheduled', status: 'True' }];

describe('the status of a pod', () => {
  it('shows one that runs with its address and the digest of its image', () => {
    expect(statusOf(labelled, inState({ running: { startedAt: at } }), byItself)).toEqual({
      handle: { version: 1, backend: 'kubernetes', id: 'w1' },
      ...labelled,
      state: 'running',
      startedAt: '2026-01-02T03:04:05.000Z',
      address: '10.1.2.3',
      imageDigest: digest,
    });
  });

  it.each([
    [false, false],
    [true, true],
  ])('says whether one with a probe answers: %s', (ready, expected) => {
    const status = { containerStatuses: [{ ready, state: { running: { startedAt: at } } }] };
    const probed = pod(status, { readinessProbe: { tcpSocket: { port: 1 } } });
    expect(statusOf(labelled, probed, byItself).ready).toBe(expected);
  });

  it.each([
    ['exited by itself', { exitCode: 3 }, byItself, { code: 3, signal: null, reason: 'exit' }],
    ['killed', { exitCode: 137, reason: 'Error' }, byItself, { code: null, signal: 'SIGKILL', reason: 'signal' }],
    [
      'over its memory',
      { exitCode: 137, reason: 'OOMKilled' },
      byItself,
      { signal: 'SIGKILL', reason: 'out-of-memory' },
    ],
    [
      'stopped',
      { exitCode: 0 },
      { wasStopped: true, wasTakenAway: true },
      { code: 0, signal: null, reason: 'stopped' },
    ],
    ['deleted by hand', { exitCode: 0 }, { ...byItself, wasTakenAway: true }, { signal: 'SIGTERM', reason: 'signal' }],
    ['of Windows, as its own codes', { exitCode: 3221225786 }, byItself, { code: 3221225786, reason: 'exit' }],
    [
      'not found any more by its node',
      { exitCode: 137, reason: 'ContainerStatusUnknown' },
      byItself,
      { code: null, signal: null, reason: 'lost' },
    ],
  ])('tells the end of one that was %s', (_, terminated, causes, exit) => {
    const status = statusOf(labelled, ended(terminated), causes);
    expect(status).toMatchObject({ state: 'exited', exit: { ...exit, endedAt: '2026-01-02T03:04:05.000Z' } });
  });

  it('takes one that is over, but of which nobody saw an end, for lost', () => {
    const gone = pod({ phase: 'Failed', reason: 'NodeLost' });
    expect(statusOf(labelled, gone, byItself)).toMatchObject({ state: 'exited', exit: { code: null, reason: 'lost' } });
  });

  it.each([
    ['waiting for the scheduler', {}],
    ['preparing volumes and network', { conditions: bound }],
    [
      'getting solver:1 ready',
      {
        conditions: [...bound, { type: 'PodReadyToStartContainers', status: 'True' }],
        containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
      },
    ],
    [
      'ImagePullBackOff: Back-off pulling image',
      {
        containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } }],
      },
    ],
  ])('says what is being done for one that starts: %s', (expected, status) => {
    expect(progressOf(pod(status))).toBe(expected);
    expect(stateOf(pod(status))).toBe('starting');
  });
});

const waits = (reason: string, message = ''): V1Pod => inState({ waiting: { reason, message } });
const unschedulable = (message: string): V1Pod =>
  pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] });

describe('the start of a pod', () => {
  it.each([
    ['nothing is known yet', pod({}), 'waiting'],
    ['it is being created', waits('ContainerCreating'), 'waiting'],
    [
      'a scheduling gate is there',
      pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      'waiting',
    ],
    ['it runs', inState({ running: { startedAt: at } }), 'started'],
    ['it has ended by itself', ended({ exitCode: 1, reason: 'Error' }), 'started'],
  ])('when %s', (_, each, is) => {
    expect(startOutcome(each)).toEqual({ is });
  });

  it.each([
    ['the scheduler finds no room', unschedulable('0/2 nodes are available: 1 Insufficient cpu'), 'failed', NoCapacity],
    ['a claim is not there', unschedulable('persistentvolumeclaim "data" not found'), 'failed', InvalidSpec],
    [
      'a claim has no volume yet',
      unschedulable('pod has unbound immediate PersistentVolumeClaims'),
      'doubtful',
      NoCapacity,
    ],
    [
      'the node refuses it after all',
      pod({ phase: 'Failed', reason: 'OutOfcpu', message: 'Node has no room' }),
      'failed',
      NoCapacity,
    ],
    [
      'the node cannot give the devices',
      pod({ phase: 'Failed', reason: 'UnexpectedAdmissionError' }),
      'failed',
      NoCapacity,
    ],
    ['the registry has no such image', waits('ErrImagePull', 'manifest unknown'), 'failed', ImageUnavailable],
    ['the registry does not answer', waits('ErrImagePull', 'i/o timeout'), 'doubtful', ImageUnavailable],
    [
      'the node waits before it asks again',
      waits('ImagePullBackOff', 'Back-off pulling'),
      'doubtful',
      ImageUnavailable,
    ],
    ['the image must not be pulled', waits('ErrImageNeverPull'), 'failed', ImageUnavailable],
    ['the image has no possible name', waits('InvalidImageName'), 'failed', ImageUnavailable],
    [
      'the image would run as root',
      waits('CreateContainerConfigError', 'image will run as root'),
      'failed',
      InvalidSpec,
    ],
    [
      'there is no such program',
      ended({ exitCode: 128, reason: 'StartError', message: 'no such file' }),
      'failed',
      InvalidSpec,
    ],
  ])('when %s', (_, each, is, Meaning) => {
    const outcome = startOutcome(each);
    expect(outcome).toMatchObject({ is, error: expect.any(Meaning) as Error });
  });
});
