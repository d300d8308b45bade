import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { requestOf, type ApiAccess, type ApiCall, type ApiRequest } from './api-call.js';

/** Connections to the API server, which are kept and used again. */
export class ApiConnections {
  private agent: Promise<HttpAgent> | undefined;

  constructor(private readonly access: ApiAccess) {}

  close(): void {
    void this.agent?.then((agent) => agent.destroy()).catch(() => {});
  }

  /**
   * Resolves when the answer begins, of whatever status; rejects with the signal's reason when that aborts before. What is only
   * read is asked once more where the server had closed a kept connection before it heard the question.
   */
  async send(call: ApiCall, renew: boolean, signal: AbortSignal): Promise<IncomingMessage> {
    const authorization = await unlessAborted(this.access.authorization(renew), signal);
    const agent = await unlessAborted(this.theAgent(), signal);
    const request = requestOf(call, this.access.server, authorization);
    try {
      return await answerOf(request, agent, signal);
    } catch (error) {
      if (!(error instanceof ClosedUnheard) || call.method !== 'GET' || signal.aborted) throw error;
      endIdle(agent);
      return answerOf(request, agent, signal);
    }
  }

  /** One for all calls; what could not be read for it is read again by the next call. */
  private theAgent(): Promise<HttpAgent> {
    this.agent ??= this.openAgent().catch((error: unknown) => {
      this.agent = undefined;
      throw error;
    });
    return this.agent;
  }

  private async openAgent(): Promise<HttpAgent> {
    const options = { keepAlive: true, maxFreeSockets: 16 };
    if (!this.access.server.startsWith('https:')) return new HttpAgent(options);
    return new HttpsAgent({ ...options, ...(await this.access.tls()) });
  }
}

/** A connection that had served before was closed, and not a byte of the answer had come. */
class ClosedUnheard extends Error {
  readonly code = 'closed-unheard';
}

function answerOf(request: ApiRequest, agent: HttpAgent, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body } = request;
  const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    let readBefore = 0;
    const abandon = (): void => void sent.destroy(signal.reason as Error);
    const sent = ask(url, { method, headers, agent }, (answer) => {
      signal.removeEventListener('abort', abandon);
      resolve(answer);
    });
    sent.on('socket', (socket) => {
      readBefore = socket.bytesRead;
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', abandon);
      const isUnheard = sent.reusedSocket && isReset(error) && sent.socket?.bytesRead === readBefore;
      reject(isUnheard ? new ClosedUnheard(error.message, { cause: error }) : error);
    });
    signal.addEventListener('abort', abandon, { once: true });
    sent.end(body);
  });
}

function isReset({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/** A server that closed one idle connection has most likely closed them all. */
function endIdle({ freeSockets }: HttpAgent): void {
  for (const idle of Object.values(freeSockets).flatMap((sockets) => [...(sockets ?? [])])) idle.destroy();
}

/** For what cannot be broken off itself. */
async function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  let abandon = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abandon = () => reject(signal.reason as Error);
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon, { once: true });
  });
  return Promise.race([asked, aborted]).finally(() => signal.removeEventListener('abort', abandon));
}
