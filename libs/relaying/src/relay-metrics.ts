import { counterOf, gaugeOf } from '@muster/platform';

/** Of each relay. */
export const relayMetrics = {
  sockets: gaugeOf('muster_relay_sockets', 'Connections of clients'),
  sessions: gaugeOf('muster_relay_sessions', 'Sessions with clients at this relay'),
  frames: counterOf('muster_relay_frames_total', 'Frames from (in) and to (out) clients', ['direction']),
  bytes: counterOf('muster_relay_bytes_total', 'Bytes of frames from (in) and to (out) clients', ['direction']),
  gaps: counterOf('muster_relay_gaps_total', 'Times that frames from (in) or to (out) clients were declared lost', [
    'direction',
  ]),
  closed: counterOf(
    'muster_relay_closed_sockets_total',
    'Closed connections of clients, by WebSocket code; 1013 = the client read too slowly, other = a code that is none of ours',
    ['code'],
  ),
} as const;
