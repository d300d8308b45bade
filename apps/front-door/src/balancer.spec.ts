import { describe, expect, it } from 'vitest';
import { Balancer } from './balancer.js';

const one = 'http://10.0.0.1:8600';
const two = 'http://10.0.0.2:8600';

function balancerOver(replicas: string[]): { balancer: Balancer; passMs: (ms: number) => void } {
  let nowMs = 0;
  const balancer = new Balancer(
    ['http://relay:8600'],
    () => nowMs,
    async () => [...replicas],
  );
  return { balancer, passMs: (ms) => void (nowMs += ms) };
}

describe('the front door', () => {
  it('takes the replicas behind one name in turn', async () => {
    const { balancer } = balancerOver([one, two]);
    expect([await balancer.order(), await balancer.order()]).toEqual([
      [one, two],
      [two, one],
    ]);
  });

  it('tries a replica that just failed last', async () => {
    const { balancer, passMs } = balancerOver([one, two]);
    balancer.failed(one);
    expect(await balancer.order()).toEqual([two, one]);
    passMs(2000);
    await balancer.order();
    expect(await balancer.order()).toEqual([one, two]);
  });

  it('notices within a second that replicas come and go', async () => {
    const replicas = [one];
    const { balancer, passMs } = balancerOver(replicas);
    await balancer.order();
    replicas.push(two);
    passMs(999);
    expect(await balancer.order()).toEqual([one]);
    passMs(1);
    expect((await balancer.order()).toSorted()).toEqual([one, two]);
  });
});
