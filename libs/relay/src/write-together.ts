/** What of a network socket is needed here. */
export interface Corkable {
  cork(): void;
  uncork(): void;
}

/** What is larger leaves at once: one more system call is nothing beside it, and its receiver can begin. */
const mostTogetherBytes = 16 * 1024;

/**
 * Call the answer before each write with its size: small writes to the socket in one turn of the event loop leave in one system
 * call, at its end. Many small frames of many clients share one socket; each by itself would cost more than all its other work.
 */
export function writeTogether(socket: Corkable): (bytes: number) => void {
  let isTurnOpen = false;
  let isCorked = false;
  let gathered = 0;
  const uncork = (): void => {
    if (isCorked) socket.uncork();
    isCorked = false;
  };
  const endTurn = (): void => {
    isTurnOpen = false;
    gathered = 0;
    uncork();
  };
  return (bytes) => {
    if (!isTurnOpen) setImmediate(endTurn);
    isTurnOpen = true;
    gathered += bytes;
    if (gathered > mostTogetherBytes) return uncork();
    if (!isCorked) socket.cork();
    isCorked = true;
  };
}
