import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterPod, PodContainer } from './node-objects.js';
import { podRequests } from './pod-requests.js';
import { amountOf, roundedDown, roundedUp } from './quantity.js';

const gib = 1024 ** 3;
const container = (cpu: string, memory = '0', more: Partial<PodContainer> = {}): PodContainer => ({
  resources: { requests: { cpu, memory } },
  ...more,
});
const sidecar = (cpu: string): PodContainer => container(cpu, '0', { restartPolicy: 'Always' });

describe('a quantity', () => {
  it.each([
    ['2', 2],
    ['1500m', 1.5],
    ['0.25', 0.25],
    ['64Gi', 64 * gib],
    ['24684084Ki', 24_684_084 * 1024],
    ['1.5Gi', 1.5 * gib],
    ['128M', 128e6],
    ['1e3', 1000],
    ['2E', 2e18],
    ['100n', 1e-7],
    ['', 0],
    [undefined, 0],
    ['many', 0],
    ['1Xi', 0],
  ])('%s is %d', (text, amount) => {
    expect(amountOf(text)).toBeCloseTo(amount, 9);
  });

  it('is rounded against whoever asks, but not by the fractions of a computer', () => {
    expect([roundedUp(1000 * amountOf('1.1')), roundedUp(1000 * amountOf('1u')), roundedDown(0.9)]).toEqual([
      1100, 1, 0,
    ]);
  });
});

describe('a pod asks for', () => {
  const cases: [string, ClusterPod, Record<string, number>][] = [
    ['nothing, if it says nothing', {}, {}],
    [
      'its containers together',
      { spec: { containers: [container('1', '1Gi'), container('500m', '1Gi')] } },
      { cpu: 1.5, memory: 2 * gib },
    ],
    [
      'its largest init container, if that is more',
      { spec: { initContainers: [container('3'), container('2')], containers: [container('1', '1Gi')] } },
      { cpu: 3, memory: gib },
    ],
    [
      'its sidecars beside its containers',
      { spec: { initContainers: [sidecar('1')], containers: [container('1')] } },
      { cpu: 2, memory: 0 },
    ],
    [
      'an init container beside the sidecars that came before it',
      { spec: { initContainers: [sidecar('1'), container('3'), sidecar('2')], containers: [container('500m')] } },
      { cpu: 4, memory: 0 },
    ],
    [
      'what it asks for as a whole instead, and its containers for the rest',
      { spec: { containers: [container('1', '1Gi')], resources: { requests: { cpu: '4' } } } },
      { cpu: 4, memory: gib },
    ],
    [
      'its overhead beside that',
      { spec: { containers: [container('1')], resources: { requests: { cpu: '4' } }, overhead: { cpu: '250m' } } },
      { cpu: 4.25, memory: 0 },
    ],
    [
      'devices',
      { spec: { containers: [{ resources: { requests: { 'nvidia.com/gpu': '2' } } }] } },
      { 'nvidia.com/gpu': 2 },
    ],
  ];
  it.each(cases)('%s', (_rule, pod, requests) => {
    expect(podRequests(pod)).toEqual(requests);
  });

  const resized = (
    wanted: string,
    conditions: { type: string; status: string; reason: string }[] = [],
  ): ClusterPod => ({
    spec: { containers: [{ name: 'main', resources: { requests: { cpu: wanted } } }] },
    status: {
      conditions,
      containerStatuses: [{ name: 'main', allocatedResources: { cpu: '2' }, resources: { requests: { cpu: '3' } } }],
    },
  });
  it('the most of what it had, has and wants while it is being resized', () => {
    const infeasible = { type: 'PodResizePending', status: 'True', reason: 'Infeasible' };
    expect([resized('1'), resized('4'), resized('4', [infeasible])].map((pod) => podRequests(pod).cpu)).toEqual([
      3, 4, 3,
    ]);
  });

  it('never less than its containers together, nor than any one of its init containers', () => {
    const millis = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 4 });
    fc.assert(
      fc.property(millis, millis, millis, (containers, inits, sidecars) => {
        const asked = podRequests({
          spec: {
            containers: containers.map((cpu) => container(`${cpu}m`)),
            initContainers: [...sidecars.map((cpu) => sidecar(`${cpu}m`)), ...inits.map((cpu) => container(`${cpu}m`))],
          },
        });
        const beside = sidecars.reduce((a, b) => a + b, 0);
        const together = beside + containers.reduce((a, b) => a + b, 0);
        const expected = Math.max(together, beside + Math.max(0, ...inits));
        expect(roundedUp(1000 * (asked.cpu ?? 0))).toBe(expected);
      }),
    );
  });
});
