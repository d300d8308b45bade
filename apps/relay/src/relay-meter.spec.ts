import { Metrics } from '@muster/platform';
import { expect, it } from 'vitest';
import { relayMeter } from './relay-meter.js';

it('tells frames, bytes and gaps by direction, and closed sockets by a code that is known, however often it is read', async () => {
  const metrics = new Metrics(() => {});
  const meter = relayMeter(metrics);
  meter.frame('in', 100);
  meter.frame('in', 20);
  meter.frame('out', 7);
  meter.gap('out');
  meter.closed(1013);
  meter.closed(4999);
  await metrics.text();
  meter.frame('out', 3);
  const told = (await metrics.text()).split('\n').filter((line) => line.startsWith('muster_relay_'));
  expect(told).toEqual([
    'muster_relay_frames_total{direction="in"} 2',
    'muster_relay_frames_total{direction="out"} 2',
    'muster_relay_bytes_total{direction="in"} 120',
    'muster_relay_bytes_total{direction="out"} 10',
    'muster_relay_gaps_total{direction="in"} 0',
    'muster_relay_gaps_total{direction="out"} 1',
    'muster_relay_closed_sockets_total{code="1013"} 1',
    'muster_relay_closed_sockets_total{code="other"} 1',
  ]);
  metrics.close();
});
