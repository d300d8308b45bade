import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { within } from './deadline.js';
import { tooSlow, EngineAway, Refused } from './refusals.js';
import type { SocketAddress } from './socket-address.js';

export interface Ask {
  method: string;
  target: string;
  headers?: OutgoingHttpHeaders;
  body?: string;
  signal: AbortSignal;
}

export interface Looked {
  status: number;
  value: unknown;
}

const largestAnswerBytes = 16 * 1024 * 1024;

/** Calls to the engine, in words of our own only: nothing of a caller's request is copied. */
export class Engine {
  constructor(
    private readonly address: SocketAddress,
    private readonly callTimeoutMs: number,
  ) {}

  /** The head of the engine's answer; its body flows as fast as it is read. Throws EngineAway. */
  ask({ method, target, headers, body, signal }: Ask): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const call = request({
        ...this.address,
        method,
        path: target,
        agent: false,
        signal,
        // `Host` is what the engine's own client sends on a socket.
        headers: { host: 'docker', ...headers, ...(body === undefined ? {} : jsonHeaders(body)) },
      });
      call.once('response', resolve);
      call.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : new EngineAway(error)));
      // No call that passes here may become a connection of another protocol.
      call.once('upgrade', (_answer, socket) => {
        socket.destroy();
        reject(new Refused(403, ['the engine wanted to change the protocol']));
      });
      call.end(body);
    });
  }

  /** A whole answer in JSON, for a decision. Throws EngineAway, also for an answer that is too large. */
  async look(target: string, signal: AbortSignal): Promise<Looked> {
    const { callTimeoutMs: timeoutMs } = this;
    return await within({ timeoutMs, gone: signal, late: () => tooSlow(timeoutMs) }, async (within) => {
      const answer = await this.ask({ method: 'GET', target, signal: within });
      return { status: answer.statusCode ?? 502, value: await jsonOf(answer) };
    });
  }
}

/** The whole answer. Throws EngineAway when it is no JSON or breaks off. */
export async function jsonOf(answer: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > largestAnswerBytes) throw new RangeError(`the answer has more than ${largestAnswerBytes} bytes`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    throw new EngineAway(error);
  }
}

function jsonHeaders(body: string): OutgoingHttpHeaders {
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
}
