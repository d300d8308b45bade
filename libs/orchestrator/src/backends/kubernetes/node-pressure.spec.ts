import { describe, expect, it } from 'vitest';
import type { ClusterNode, NodeCondition, Taint } from './node-objects.js';
import { pressureOf } from './node-pressure.js';
import { parseToleration } from './tolerations.js';

const ready: NodeCondition = { type: 'Ready', status: 'True' };
const taint = (key: string, effect = 'NoSchedule', value?: string): Taint => ({ key, effect, ...(value && { value }) });

function node(conditions: NodeCondition[], spec: ClusterNode['spec'] = {}, deleted = false): ClusterNode {
  return {
    metadata: deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {},
    spec,
    status: { conditions, allocatable: { pods: '110' } },
  };
}

describe('a node gets nothing new while it is', () => {
  const cases: [string | undefined, ClusterNode, number?][] = [
    [undefined, node([ready, { type: 'MemoryPressure', status: 'False' }])],
    ['cordoned', node([ready], { unschedulable: true, taints: [taint('node.kubernetes.io/unschedulable')] })],
    ['not ready', node([])],
    [
      'not ready: container runtime is down',
      node([{ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'container runtime is down' }]),
    ],
    [
      'out of reach: its kubelet does not report',
      node([{ type: 'Ready', status: 'Unknown' }], {
        taints: [taint('node.kubernetes.io/unreachable'), taint('node.kubernetes.io/unreachable', 'NoExecute')],
      }),
    ],
    ['short of memory', node([ready, { type: 'MemoryPressure', status: 'True' }])],
    [
      'short of disk; short of process ids',
      node([ready, { type: 'DiskPressure', status: 'True' }, { type: 'PIDPressure', status: 'True' }]),
    ],
    ['without a network', node([ready, { type: 'NetworkUnavailable', status: 'True' }])],
    ['being deleted', node([ready], {}, true)],
    ['full: it has 110 of 110 pods', node([ready]), 110],
    ['taint team=red:NoSchedule', node([ready], { taints: [taint('team', 'NoSchedule', 'red')] })],
    ['taint gone:NoExecute', node([ready], { taints: [taint('gone', 'NoExecute')] })],
    ['being deleted; cordoned; not ready', node([], { unschedulable: true }, true)],
    // The cluster's own taint may come before, or go after, the condition that it is for.
    [
      'taint node.kubernetes.io/disk-pressure:NoSchedule',
      node([ready], { taints: [taint('node.kubernetes.io/disk-pressure')] }),
    ],
  ];
  it.each(cases)('%s', (pressure, of, podCount = 0) => {
    expect(pressureOf(of, podCount, [])).toBe(pressure);
  });
});

describe('a taint keeps us out', () => {
  const windows = taint('os', 'NoSchedule', 'windows');
  it.each([
    ['os=windows:NoSchedule', windows, false],
    ['os=windows', windows, false],
    ['os', windows, false],
    ['os:NoSchedule', windows, false],
    ['os:NoExecute', windows, true],
    ['os=linux', windows, true],
    ['os=', windows, true],
    ['os=', taint('os'), false],
    ['so', windows, true],
    ['so', taint('os', 'PreferNoSchedule'), false],
  ])('unless it is tolerated: %s', (toleration, of, keepsOut) => {
    expect(pressureOf(node([ready], { taints: [of] }), 0, [parseToleration(toleration)]) !== undefined).toBe(keepsOut);
  });

  it('and a toleration that cannot be read is refused', () => {
    expect(() => parseToleration('os=windows:Never')).toThrow('"os=windows:Never" is no toleration');
    expect(() => parseToleration('')).toThrow('is no toleration');
  });
});
