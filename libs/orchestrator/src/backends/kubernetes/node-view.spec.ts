import type { InstallationId, NodeId } from '@muster/contracts';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterNode, ClusterPod } from './node-objects.js';
import { NodeView } from './node-view.js';

const at = (heartbeat: string, cpu = '8'): ClusterNode & { metadata: { resourceVersion: string } } => ({
  metadata: { name: 'node-a', uid: 'u', resourceVersion: heartbeat },
  status: {
    allocatable: { cpu },
    conditions: [Object.assign({ type: 'Ready', status: 'True' }, { lastHeartbeatTime: heartbeat })],
  },
});

const pod = (uid: string, cpu: string, phase = 'Running'): ClusterPod => ({
  metadata: { uid, namespace: 'default' },
  spec: { containers: [{ resources: { requests: { cpu } } }] },
  status: { phase },
});

let view: NodeView;

beforeEach(() => {
  view = new NodeView({
    nodeId: 'nod_1' as NodeId,
    installationId: 'ins_1' as InstallationId,
    namespace: 'muster-sessions',
    portCount: 0,
    tolerations: [],
    gpuClaims: false,
  });
});

const leftNow = (): number | undefined => view.observe()[0]?.description.allocatable.cpuMillis;

describe('the view of a node', () => {
  it('is empty while the cluster has no such node', () => {
    view.putPods([pod('a', '1')]);
    expect([view.news(), view.news()]).toEqual([[], undefined]);
  });

  it('is news when something changed that placement looks at, and not at each heartbeat', () => {
    const told = (change: () => void): boolean => {
      change();
      return view.news() !== undefined;
    };
    expect([
      told(() => view.putNode(at('1'))),
      told(() => view.putNode(at('2'))),
      told(() => view.putPod(pod('a', '1'))),
      told(() => view.putPod(pod('a', '1', 'Pending'))),
      told(() => view.putNode(at('3', '4'))),
      told(() => view.putPod(pod('a', '1', 'Succeeded'))),
      told(() => view.removePod(pod('a', '1'))),
      told(() => view.putNode(undefined)),
    ]).toEqual([true, false, true, false, true, true, false, true]);
  });

  it('counts each pod that is there once, whatever came before', () => {
    view.putNode(at('1'));
    const uids = fc.constantFrom('a', 'b', 'c');
    const steps = fc.array(
      fc.oneof(
        fc.record({ put: uids, cores: fc.integer({ min: 0, max: 2 }), ended: fc.boolean() }),
        fc.record({ remove: uids }),
        fc.record({ list: fc.uniqueArray(uids) }),
      ),
    );
    fc.assert(
      fc.property(steps, (all) => {
        view.putPods([]);
        const there = new Map<string, number>();
        for (const step of all) {
          if ('put' in step) {
            view.putPod(pod(step.put, String(step.cores), step.ended ? 'Failed' : 'Running'));
            if (step.ended) there.delete(step.put);
            else there.set(step.put, step.cores);
          } else if ('remove' in step) {
            view.removePod(pod(step.remove, '1'));
            there.delete(step.remove);
          } else {
            view.putPods(step.list.map((uid) => pod(uid, '1')));
            there.clear();
            for (const uid of step.list) there.set(uid, 1);
          }
        }
        const cores = [...there.values()].reduce((sum, each) => sum + each, 0);
        expect(leftNow()).toBe(8000 - 1000 * cores);
      }),
    );
  });
});
