import type { ServerResponse } from 'node:http';
import type { HealthView } from '@muster/contracts';
import { MusterError } from '@muster/contracts/wire';
import type { Engine } from './engine.js';

const longestPingMs = 2000;
const up = { 'engine-proxy': { status: 'up' } } as const;

/** `/health/live`: the proxy answers. `/health/ready`: the engine does, too. In the form of every service. */
export async function answerHealth(path: string, outgoing: ServerResponse, engine: Engine): Promise<void> {
  const check = /^\/health\/(live|ready|startup)$/.exec(path)?.[1];
  const problem =
    check === undefined
      ? new MusterError('not-found', 'no such route here')
      : check === 'ready'
        ? await engineProblem(engine)
        : undefined;
  if (problem === undefined) {
    const view: HealthView = { status: 'ok', info: up, error: {}, details: up };
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(view));
  } else
    outgoing
      .writeHead(problem.status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify(problem.toProblem()));
}

async function engineProblem(engine: Engine): Promise<MusterError | undefined> {
  try {
    const ping = await engine.ask({ method: 'HEAD', target: '/_ping', signal: AbortSignal.timeout(longestPingMs) });
    ping.resume();
    return ping.statusCode === 200 ? undefined : new MusterError('not-ready', `the engine answers ${ping.statusCode}`);
  } catch (error) {
    return new MusterError('not-ready', error instanceof Error ? error.message.slice(0, 500) : 'unknown');
  }
}
