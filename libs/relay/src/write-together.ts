/** What of a network socket is needed here. */
export interface Corkable {
  cork(): void;
  uncork(): void;
}

/**
 * Call the answer before each write: all that is written to the socket in one turn of the event loop leaves in one system
 * call, at its end. Many small frames of many clients share one socket; each by itself would cost more than all its other work.
 */
export function writeTogether(socket: Corkable): () => void {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    socket.uncork();
  };
  return () => {
    if (isCorked) return;
    isCorked = true;
    socket.cork();
    setImmediate(uncork);
  };
}
