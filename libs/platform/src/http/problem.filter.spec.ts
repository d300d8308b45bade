import { type ArgumentsHost, Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemFilter } from './problem.filter.js';

/** An answer that keeps what it is given. */
class KeptReply {
  sent = false;
  readonly raw = { headersSent: false };
  readonly headers: Record<string, string> = {};
  body: unknown;

  status(): this {
    return this;
  }
  header(name: string, value: string): this {
    this.headers[name] = value;
    return this;
  }
  send(body: unknown): void {
    this.body = body;
  }
}

describe('what the database refuses', () => {
  let said: unknown[];
  beforeEach(() => {
    said = [];
    const note = (...words: unknown[]) => void said.push(words);
    Logger.overrideLogger({ log: note, warn: note, error: note });
  });
  afterEach(() => Logger.overrideLogger(true));

  it('is told to operators in the log, and to clients without its reason', () => {
    const reply = new KeptReply();
    const full = Object.assign(new Error('There is no room left for /srv/muster.db. Free space on its disk.'), {
      code: 'store-unavailable',
    });
    const host = { switchToHttp: () => ({ getResponse: () => reply }) } as unknown as ArgumentsHost;
    new ProblemFilter().catch(full, host);
    expect(reply.body).toMatchObject({ status: 503, code: 'store-unavailable' });
    expect(reply.headers['retry-after']).toBe('2');
    expect(JSON.stringify(reply.body)).not.toContain('/srv');
    expect(JSON.stringify(said)).toContain('There is no room left for /srv/muster.db');
  });
});
