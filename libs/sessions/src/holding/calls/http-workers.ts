import { workerHeaders, type InitRequest, type RunRequest, type ShutdownRequest } from '@muster/contracts';
import type { OutgoingCalls } from '@muster/platform';
import type { WorkerPort, WorkerTarget } from '../ports.js';

/** Initial data may take long; the worker type's start limit ends it. */
const initDeadlineMs = 900_000;
const runDeadlineMs = 30_000;
const answerSlackMs = 1000;
const maxAnswerBytes = 65_536;

interface WorkerCall {
  target: WorkerTarget;
  path: string;
  body: unknown;
  deadlineMs: number;
}

/** The worker protocol: HTTP-JSON to the address and with the text that the worker registered. */
export class HttpWorkers implements WorkerPort {
  constructor(private readonly calls: OutgoingCalls) {}

  init(target: WorkerTarget, body: InitRequest, signal: AbortSignal): Promise<void> {
    return this.post({ target, path: '/v1/init', body, deadlineMs: initDeadlineMs }, signal);
  }

  run(target: WorkerTarget, body: RunRequest, signal: AbortSignal): Promise<void> {
    return this.post({ target, path: '/v1/run', body, deadlineMs: runDeadlineMs }, signal);
  }

  shutdown(target: WorkerTarget, body: ShutdownRequest, signal: AbortSignal): Promise<void> {
    return this.post({ target, path: '/v1/shutdown', body, deadlineMs: body.graceMs + answerSlackMs }, signal);
  }

  private async post({ target, path, body, deadlineMs }: WorkerCall, signal: AbortSignal): Promise<void> {
    const headers = {
      [workerHeaders.session]: target.session,
      [workerHeaders.epoch]: String(target.epoch),
      [workerHeaders.incarnation]: String(target.incarnation),
    };
    const url = target.address.replace(/\/+$/, '') + path;
    await this.calls.json({
      method: 'POST',
      url,
      body,
      bearer: target.acceptToken,
      headers,
      deadlineMs,
      signal,
      maxAnswerBytes,
    });
  }
}
