import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MusterError } from '@muster/contracts';
import { childTrace } from '../trace-context.js';

const problemType = 'application/problem+json; charset=utf-8';

/** Answers what the router cannot read: a path with a broken %-escape, or with a part that is longer than any id. */
export function refuseUnroutable(error: { code?: string }, _request: FastifyRequest, reply: FastifyReply): void {
  const problem =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? new MusterError('not-found', 'nothing is here: a part of the path is longer than any id or name')
      : new MusterError('invalid-request', 'the path cannot be read: a % in it must begin an escape like %20');
  void reply
    .code(problem.status)
    .type(problemType)
    .send(problem.toProblem(childTrace(undefined).traceId));
}

/** Answers on a connection whose request is no HTTP, has too many headers or came too slowly, and closes it. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const problem = unreadable(error.code);
    const body = JSON.stringify(problem.toProblem(childTrace(undefined).traceId));
    const head = [
      `HTTP/1.1 ${problem.status} Refused`,
      `content-type: ${problemType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy();
}

function unreadable(code: string | undefined): MusterError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new MusterError('request-timeout', 'the request did not arrive in time (MUSTER_REQUEST_TIMEOUT_MS)');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new MusterError(
      'headers-too-large',
      'the address and the headers together are larger than is accepted (MUSTER_HEADER_LIMIT_BYTES)',
    );
  if (code === 'HPE_INVALID_METHOD') return new MusterError('invalid-request', 'the method is none that HTTP knows');
  return new MusterError('invalid-request', 'the request is not valid HTTP/1.1');
}
