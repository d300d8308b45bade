import type { Socket } from 'node:net';

/**
 * Calls back with every JSON value that arrives, one per line, in order. A line over `maxBytes`, or one that is no JSON,
 * ends the connection: the other side is not ours.
 */
export function readMessages(socket: Socket, maxBytes: number, onMessage: (message: unknown) => void): void {
  let parts: string[] = [];
  let waiting = 0;
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      const whole = parts.length === 0 ? line : parts.join('') + line;
      parts = [];
      waiting = 0;
      if (!passOn(whole)) return;
    }
    if (last !== '') parts.push(last);
    waiting += last.length;
    if (waiting > maxBytes) socket.destroy();
  });

  function passOn(line: string): boolean {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      socket.destroy();
      return false;
    }
    onMessage(message);
    return !socket.destroyed;
  }
}

export function writeMessage(socket: Socket, message: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}
