import type { Metrics } from '@muster/platform';
import type { RelayMeter } from '@muster/relaying';

/** Counts frames, bytes and closed sockets for Prometheus. */
export function relayMeter(metrics: Metrics): RelayMeter {
  const frames = metrics.counter('muster_relay_frames_total', 'Frames from (in) and to (out) clients', ['direction']);
  const bytes = metrics.counter('muster_relay_bytes_total', 'Bytes of frames from (in) and to (out) clients', [
    'direction',
  ]);
  const closed = metrics.counter(
    'muster_relay_closed_sockets_total',
    'Closed sockets of clients; code 1013 = the client was too slow',
    ['code'],
  );
  return {
    frame: (direction, size) => {
      frames.inc({ direction });
      bytes.inc({ direction }, size);
    },
    closed: (code) => closed.inc({ code: String(code) }),
  };
}
