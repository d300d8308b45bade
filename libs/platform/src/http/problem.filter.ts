import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { foreignCursor, MusterError, type ErrorCode } from '@muster/contracts';
import { currentTrace } from '../trace-context.js';

interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
  sent: boolean;
  raw: { headersSent: boolean };
}

const codesByFastify: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body-too-large',
    'the body is larger than this service accepts (MUSTER_BODY_LIMIT_BYTES)',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'send the body as application/json'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid-request', 'the body does not have the length that Content-Length says'],
};
const codesByStatus: Record<number, ErrorCode> = {
  400: 'invalid-request',
  401: 'not-authenticated',
  403: 'not-allowed',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'not-ready',
};

/** Every error leaves as problem+json with a declared code; what is unexpected is logged here and hidden from the client. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<Reply>();
    const problem = this.describe(error);
    if (reply.sent || reply.raw.headersSent) return;
    if (problem.retryAfterMs !== undefined || problem.status === 503 || problem.status === 429)
      reply.header('retry-after', String(Math.max(1, Math.ceil((problem.retryAfterMs ?? 1000) / 1000))));
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    if (problem.status === 426) reply.header('upgrade', 'websocket').header('connection', 'upgrade');
    reply
      .status(problem.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(problem.toProblem(currentTrace()?.traceId));
  }

  private describe(error: unknown): MusterError {
    if (error instanceof MusterError) return error;
    const coded = error as { code?: unknown; statusCode?: unknown; name?: unknown; message?: unknown };
    if (typeof coded.code === 'string' && codesByFastify[coded.code] !== undefined)
      return new MusterError(...codesByFastify[coded.code]!);
    if (coded.code === 'store-unavailable') {
      this.logger.warn({ reason: String(coded.message) }, 'the database does not do what a request needs');
      return new MusterError('store-unavailable', 'the database does not answer; try again', {
        retryAfterMs: 2000,
        cause: error,
      });
    }
    if (coded.code === 'foreign-cursor') return foreignCursor(error);
    if (error instanceof HttpException) return fromHttpException(error);
    if (error instanceof SyntaxError && coded.statusCode === 400)
      return new MusterError('malformed-json', 'the body is not valid JSON');
    if (typeof coded.statusCode === 'number' && coded.statusCode < 500)
      return new MusterError(codesByStatus[coded.statusCode] ?? 'invalid-request', String(coded.message));
    this.logger.error({ err: error }, 'an unexpected error');
    return new MusterError('internal', 'an unexpected error; the trace id leads to it in the logs', { cause: error });
  }
}

/** Terminus' details and Nest's own refusals (unknown route, bad path) keep their facts. */
function fromHttpException(error: HttpException): MusterError {
  const response = error.getResponse();
  const extensions =
    typeof response === 'object' && 'details' in response
      ? { details: (response as { details: unknown }).details }
      : {};
  const status = error.getStatus();
  const fromBody = ofBody(status);
  if (fromBody !== undefined) return fromBody;
  const detail = status === 503 ? 'a health check failed' : error.message;
  return new MusterError(codesByStatus[status] ?? (status < 500 ? 'invalid-request' : 'internal'), detail, {
    extensions,
  });
}

/** Nest keeps only status and message of what Fastify says about a body. */
function ofBody(status: number): MusterError | undefined {
  if (status === 413) return new MusterError(...codesByFastify['FST_ERR_CTP_BODY_TOO_LARGE']!);
  if (status === 415) return new MusterError(...codesByFastify['FST_ERR_CTP_INVALID_MEDIA_TYPE']!);
  return undefined;
}
