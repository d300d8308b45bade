import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionConnection } from '@muster/client';
import { CliError } from '../cli-error.js';
import { failureOf, failureText } from '../failure.js';
import { bytes } from '@muster/wording';
import type { Output } from '../output/output.js';
import { harmless, oneLine } from '../output/paint.js';
import { type Body, type Line, lineHelp } from './parse-line.js';

export interface TalkParts {
  connection: SessionConnection;
  output: Output;
  /** Where bytes go; absent: they are only counted. */
  folder?: string;
}

interface Bytes {
  topic: string;
  bytes: Uint8Array;
}

/** A conversation with the workers of one session: sends lines, shows answers and whatever else comes. */
export class Talk {
  /** How many calls and messages failed. */
  failures = 0;
  #frames = 0;
  readonly #calls = new Set<AbortController>();
  readonly #writes: Promise<unknown>[] = [];

  constructor(private readonly parts: TalkParts) {
    const { connection, output } = parts;
    const { paint } = output;
    connection.on('push', ({ role, topic, body }) =>
      output.event({ event: 'push', role, topic, body }, () => `${paint.title(role)} ${topic}  ${jsonText(body)}`),
    );
    connection.on('binary', ({ role, topic, payload }) => this.#frame(role, { topic, bytes: payload }));
    connection.on('gap', ({ role, firstSeq, lastSeq }) =>
      output.event({ event: 'gap', role, firstSeq, lastSeq }, () =>
        paint.warning(`${role}  messages ${firstSeq} to ${lastSeq} are lost`),
      ),
    );
    connection.on('event', ({ event, body }) =>
      output.event({ event, ...body }, () => eventText(body as Record<string, unknown>, event)),
    );
    connection.on('state', ({ state }) =>
      output.event({ event: 'connection', state }, () =>
        state === 'away' ? paint.warning('the connection is lost; it is made again') : undefined,
      ),
    );
  }

  get isWaiting(): boolean {
    return this.#calls.size > 0;
  }

  cancelCalls(): void {
    for (const call of this.#calls) call.abort();
  }

  /** Resolves when the line is answered. Failures are shown and counted, never thrown. */
  async say(line: Line): Promise<void> {
    const { connection, output } = this.parts;
    try {
      if (line.kind === 'wrong') throw new CliError('usage', line.reason);
      if (line.kind === 'help') output.hint(lineHelp.trimEnd());
      if (line.kind === 'peers') this.#peers();
      if (line.kind === 'push') connection.push(line.role, line.topic, await valueOf(line.body));
      if (line.kind === 'call') await this.#call(line);
    } catch (error) {
      this.failures += 1;
      const failure = failureOf(error);
      const about = 'role' in line ? { role: line.role } : {};
      output.failure({ event: 'failure', ...about, error: failure }, () => failureText(failure, output.paint));
    }
  }

  /** Resolves when all bytes are written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #call({ role, action, body }: Line & { kind: 'call' }): Promise<void> {
    const { connection, output } = this.parts;
    const { paint } = output;
    const cancel = new AbortController();
    this.#calls.add(cancel);
    try {
      const answer = await connection.call(role, action, await valueOf(body), {
        signal: cancel.signal,
        onProgress: ({ text, done }) =>
          output.event({ event: 'progress', role, action, text, done }, () => {
            const share = done === undefined ? '' : ` (${Math.round(done * 100)} %)`;
            return `${paint.title(role)} ${paint.quiet(`${action}  ${oneLine(text)}${share}`)}`;
          }),
      });
      if (isBytes(answer)) return this.#frame(role, answer, action);
      output.event({ event: 'answer', role, action, body: answer }, () => {
        return `${paint.title(role)} ${paint.good(action)}  ${jsonText(answer)}`;
      });
    } finally {
      this.#calls.delete(cancel);
    }
  }

  #peers(): void {
    const { connection, output } = this.parts;
    const { peers } = connection;
    output.event({ event: 'peers', peers }, () =>
      peers
        .map(
          ({ role, state, incarnation }) =>
            `${output.paint.title(role)}  ${output.paint.state(state)}, incarnation ${incarnation}`,
        )
        .join('\n'),
    );
  }

  /** Bytes that came by themselves, or as the answer of an action. */
  #frame(role: string, { topic, bytes: payload }: Bytes, action?: string): void {
    const { output, folder } = this.parts;
    const file = folder === undefined ? undefined : this.#keep(folder, `${role}-${topic}`, payload);
    const event = action === undefined ? 'binary' : 'answer';
    output.event({ event, role, ...(action && { action }), topic, bytes: payload.byteLength, file }, () => {
      const where = file === undefined ? '' : `, written to ${file}`;
      return `${output.paint.title(role)} ${action ?? topic}  ${bytes(payload.byteLength)}${where}`;
    });
  }

  #keep(folder: string, name: string, payload: Uint8Array): string {
    const number = String(++this.#frames).padStart(4, '0');
    const file = join(folder, `${number}-${name.replaceAll(/[^\w.-]/g, '_')}.bin`);
    this.#writes.push(mkdir(folder, { recursive: true }).then(() => writeFile(file, payload)));
    return file;
  }
}

async function valueOf(body: Body): Promise<unknown> {
  if ('value' in body) return body.value;
  const text = await readFile(body.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError('usage', `cannot read ${body.file} (${error.code ?? 'unknown reason'})`);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CliError('usage', `${body.file} is not JSON`);
  }
}

function isBytes(answer: unknown): answer is Bytes {
  return typeof answer === 'object' && answer !== null && 'bytes' in answer && answer.bytes instanceof Uint8Array;
}

const jsonText = (value: unknown): string => (value === undefined ? '' : harmless(JSON.stringify(value)));

function eventText({ role, state, reason, text }: Record<string, unknown>, event: string): string {
  const words = [role, state, text, reason].filter((each): each is string => typeof each === 'string');
  return `(${event}) ${words.map(oneLine).join('  ')}`;
}
