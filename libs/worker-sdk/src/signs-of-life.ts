import type { WebSocket } from 'ws';
import type { Timers } from './timers.js';

const beatMs = 15_000;
/** Not one: a worker that computed for a whole beat looks at its timers before it reads what came meanwhile. */
const silentBeats = 2;

/**
 * Pings at every beat, and cuts off a connection that stays silent: a relay whose computer vanished never says so, and its
 * clients' streams would be kept for ever. The answer ends it.
 */
export function expectSignsOfLife(socket: WebSocket, timers: Timers): () => void {
  let silent = 0;
  const heard = (): void => {
    silent = 0;
  };
  for (const sign of ['pong', 'ping', 'message']) socket.on(sign, heard);
  const beat = (): void => {
    if (silent >= silentBeats) return socket.terminate();
    silent += 1;
    socket.ping();
    cancel = timers.after(beatMs, beat);
  };
  let cancel = timers.after(beatMs, beat);
  return () => cancel();
}
