import type { Params } from 'nestjs-pino';
import { pino, type Logger } from 'pino';
import type { CommonSettings } from '../configuration/common-settings.js';
import { currentTrace } from '../trace-context.js';

/** Secrets never reach a log, whoever logs them. */
const redacted = [
  'req.headers.authorization',
  'req.headers.cookie',
  'password',
  '*.password',
  'token',
  '*.token',
  '*.acceptToken',
  '*.refreshToken',
  '*.accessToken',
  '*.ticket',
  'joinKey',
  '*.joinKey',
];

/** One JSON line per event on standard output, with the request's trace id. */
export function createLogger(
  settings: Pick<CommonSettings, 'MUSTER_LOG_LEVEL'>,
  process: string,
  instance: string,
): Logger {
  return pino({
    level: settings.MUSTER_LOG_LEVEL,
    base: { process, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redacted, censor: '(hidden)' },
    mixin: () => {
      const trace = currentTrace();
      return trace === undefined
        ? {}
        : { traceId: trace.traceId, ...(trace.requestId === undefined ? {} : { requestId: trace.requestId }) };
    },
  });
}

/** nestjs-pino on our logger; requests are logged by the platform itself, as one line each without the query. */
export function pinoParams(logger: Logger): Params {
  return {
    pinoHttp: { logger, autoLogging: false, quietReqLogger: true, customAttributeKeys: {}, wrapSerializers: false },
  };
}
