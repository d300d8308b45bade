import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { counterOf, gaugeOf, secondsOf } from './metric-declarations.js';
import { Metrics } from './metrics.js';

let unread: string[];
let metrics: Metrics;
beforeEach(() => {
  unread = [];
  metrics = new Metrics((name) => unread.push(name));
});
afterEach(() => metrics.close());

/** The lines of one metric. */
async function told(name: string): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
}

describe('a metric', () => {
  it('that is declared as a counter is one, also for two services of a process', async () => {
    const things = counterOf('muster_things_total', 'Things', ['kind']);
    metrics.counter(things).inc({ kind: 'good' });
    metrics.counter(things).inc({ kind: 'good' }, 2);
    expect(await told('muster_things_total')).toEqual(['muster_things_total{kind="good"} 3']);
  });

  it('that is declared as times has their buckets, sum and count', async () => {
    metrics.histogram(secondsOf('muster_work_seconds', 'Work', { buckets: [1, 2] })).observe(1.5);
    expect(await told('muster_work_seconds')).toEqual([
      'muster_work_seconds_bucket{le="1"} 0',
      'muster_work_seconds_bucket{le="2"} 1',
      'muster_work_seconds_bucket{le="+Inf"} 1',
      'muster_work_seconds_sum 1.5',
      'muster_work_seconds_count 1',
    ]);
  });

  it('that is a gauge is read at each scrape, and keeps nothing of the one before', async () => {
    let nodes = ['a', 'b'];
    metrics.gauge(gaugeOf('muster_load', 'Load', ['node']), () =>
      nodes.map((node) => ({ labels: { node }, value: 1 })),
    );
    expect(await told('muster_load')).toEqual(['muster_load{node="a"} 1', 'muster_load{node="b"} 1']);
    nodes = ['b'];
    expect(await told('muster_load')).toEqual(['muster_load{node="b"} 1']);
  });

  it('that cannot be read, or is nothing yet, is left out, and keeps no other from being told', async () => {
    metrics.gauge(gaugeOf('muster_broken', 'Broken'), () => Promise.reject(new TypeError('no answer')));
    metrics.gauge(gaugeOf('muster_nothing', 'Nothing yet'), () => []);
    metrics.gauge(gaugeOf('muster_rooms', 'Rooms'), () => 4);
    expect([await told('muster_broken'), await told('muster_nothing'), await told('muster_rooms')]).toEqual([
      [],
      [],
      ['muster_rooms 4'],
    ]);
    expect(new Set(unread)).toEqual(new Set(['muster_broken']));
  });
});
