import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerDetails, DockerApi } from './docker-api.js';
import { EngineRefusal, ifThere } from './engine-refusal.js';

/** A signal that found nothing running is repeated after this time, as long as the container still runs. */
const repeatKillMs = 2000;

/** Ends a container politely, after `graceMs` by force; resolves when it has ended. Fine with one that has. */
export async function endContainer(api: DockerApi, container: ContainerDetails, graceMs: number): Promise<void> {
  const { Id, Config } = container;
  const over = new AbortController();
  const ended = ifThere(api.waitForEnd(Id, over.signal));
  ended.catch(() => {});
  try {
    if (container.State.Paused) await ifRunning(api.unpause(Id));
    if (graceMs > 0) {
      const asked = ifRunning(api.kill(Id, politeSignal(Config)));
      if (await isSettled(Promise.all([asked, ended]), graceMs)) return;
    }
    // An engine with much to do answers late that it has killed: the end is what counts.
    do await Promise.race([ended, ifRunning(api.kill(Id, 'SIGKILL'))]);
    while (!(await isSettled(ended, repeatKillMs)));
  } finally {
    over.abort();
  }
}

/** An image may name another than SIGTERM, which its program understands. */
function politeSignal(config: ContainerDetails['Config'] & { StopSignal?: string }): string {
  return config.StopSignal ?? 'SIGTERM';
}

function ifRunning(asked: Promise<void>): Promise<void> {
  const answered = asked.catch((error: unknown) => {
    // 404: it is gone; 409: it does not run (any more).
    if (!(error instanceof EngineRefusal && [404, 409].includes(error.status))) throw error;
  });
  answered.catch(() => {});
  return answered;
}

/** Whether it settles within the time; what it rejects with comes out. */
async function isSettled(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const over = new AbortController();
  const late = pause(Math.min(withinMs, 2 ** 31 - 1), false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    over.abort();
  }
}
