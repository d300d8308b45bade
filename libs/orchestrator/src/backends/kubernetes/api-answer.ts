import type { IncomingMessage } from 'node:http';
import { addAbortSignal, PassThrough, type Readable } from 'node:stream';
import { BackendUnavailable } from '../../contract/errors.js';
import type { ApiCall } from './api-call.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';

const quotedLength = 500;

/** The whole body; rejects when the signal aborts, and with `BackendUnavailable` where it is longer than it may be. */
export async function textOf(answer: IncomingMessage, longestBytes: number, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of addAbortSignal(signal, answer) as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > longestBytes)
      throw new BackendUnavailable(`the cluster's answer is longer than ${longestBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The body as it comes. It fails with the signal's reason, and with `BackendUnavailable` when the connection is lost. */
export function bodyOf(answer: IncomingMessage, { question }: ApiCall, signal: AbortSignal): Readable {
  const body = new PassThrough();
  const abandon = (): void => void body.destroy(signal.reason as Error);
  // Whoever reads hears of it all the same; before anybody does, it must not end the process.
  body.on('error', () => {});
  body.once('close', () => {
    signal.removeEventListener('abort', abandon);
    answer.destroy();
  });
  answer.once('error', (cause) => {
    const message = `the connection to the cluster was lost while it told ${question}`;
    body.destroy(new BackendUnavailable(message, { cause }));
  });
  signal.addEventListener('abort', abandon, { once: true });
  if (signal.aborted) abandon();
  return answer.pipe(body);
}

/** What an answer means that is no success. `note` is added to what the cluster said. */
export function refusalOf({ question }: ApiCall, status: number, text: string, note = ''): BackendUnavailable {
  const { reason = '', message = text.slice(0, quotedLength).trim() } = statusIn(text);
  if (status >= 500)
    return new BackendUnavailable(`the cluster failed when asked for ${question} (${status}): ${message}${note}`);
  return new KubernetesRefusal(status, reason, message + note, question);
}

function statusIn(text: string): { reason?: string; message?: string } {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: unknown; message?: unknown };
    return {
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    };
  } catch {
    return {};
  }
}
