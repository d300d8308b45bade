import { FakeClock, SeededRandom } from '@muster/testing';
import { expect, it } from 'vitest';
import { ClusterSessionServices, type SessionServicePod, type SessionServicePods } from './cluster-session-services.js';

/** A cluster that several replicas of the global directory look after. */
class FakeCluster implements SessionServicePods {
  pods: SessionServicePod[] = [];
  isKnown = true;
  failures = 0;
  removed: [name: string, graceMs: number][] = [];
  private readonly followers: (() => void)[] = [];

  follow(onChange: () => void): void {
    this.followers.push(onChange);
  }

  all(): readonly SessionServicePod[] | undefined {
    return this.isKnown ? this.pods : undefined;
  }

  async create(name: string, instance: string): Promise<boolean> {
    if ((this.failures -= 1) >= 0) throw new TypeError('the cluster is away');
    if (this.pods.some((pod) => pod.name === name)) return false;
    this.pods = [...this.pods, { name, instance, state: 'live' }];
    return true;
  }

  async remove(name: string, graceMs: number): Promise<void> {
    this.removed.push([name, graceMs]);
    this.pods = this.pods.filter((pod) => pod.name !== name);
  }

  change(pods: SessionServicePod[]): void {
    this.pods = pods;
    for (const follower of this.followers) follower();
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

function startServices(cluster = new FakeCluster(), seed = 'one') {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const services = new ClusterSessionServices({
    pods: cluster,
    namePrefix: 'session-further',
    maxSessionServices: 3,
    clock,
    random: new SeededRandom(seed),
    onError: (error) => errors.push(error),
  });
  services.start();
  return { cluster, clock, services, errors };
}

it('starts as many as are wished, at most as many as are allowed, each with an instance of its own', async () => {
  const { cluster, clock, services } = startServices();
  services.wish({ further: 5, stop: [] }, 1000);
  await clock.advance(100);
  expect(cluster.pods.map(({ name }) => name)).toEqual(['session-further-1', 'session-further-2', 'session-further-3']);
  expect(new Set(cluster.pods.map(({ instance }) => instance)).size).toBe(3);
});

it('starts none before it knows those that there are, and none twice after a restart or beside another replica', async () => {
  const { cluster, clock, services } = startServices();
  cluster.isKnown = false;
  services.wish({ further: 1, stop: [] }, 1000);
  await clock.advance(20_000);
  expect(cluster.pods).toEqual([]);
  cluster.isKnown = true;
  cluster.change([{ name: 'session-further-1', instance: 'svc_before', state: 'live' }]);
  const other = startServices(cluster, 'two');
  other.services.wish({ further: 1, stop: [] }, 1000);
  await clock.advance(10_000);
  await other.clock.advance(10_000);
  expect(cluster.pods.map(({ instance }) => instance)).toEqual(['svc_before']);
});

it('stops those that are named, with the grace, and no others', async () => {
  const { cluster, clock, services } = startServices();
  services.wish({ further: 2, stop: [] }, 1000);
  await clock.advance(100);
  const [first, second] = cluster.pods;
  services.wish({ further: 1, stop: [first!.instance, 'svc_by_hand'] }, 34_500);
  await clock.advance(100);
  expect(cluster.removed).toEqual([[first!.name, 34_500]]);
  expect(cluster.pods).toEqual([second]);
});

it('puts another in the place of one that ended, and does not wait for one that is going', async () => {
  const { cluster, clock, services } = startServices();
  services.wish({ further: 2, stop: [] }, 1000);
  await clock.advance(100);
  const [first, second] = cluster.pods;
  cluster.change([
    { ...first!, state: 'ended' },
    { ...second!, state: 'ending' },
  ]);
  await clock.advance(10_000);
  const live = cluster.pods.filter(({ state }) => state === 'live');
  expect(live).toHaveLength(2);
  expect(live.map(({ instance }) => instance)).not.toContain(first!.instance);
});

it('tries again what the cluster did not take', async () => {
  const { cluster, clock, services, errors } = startServices();
  cluster.failures = 2;
  services.wish({ further: 1, stop: [] }, 1000);
  for (let seconds = 0; seconds < 120; seconds += 1) await clock.advance(1000);
  expect([cluster.pods.length, errors.length]).toEqual([1, 2]);
});
