import type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The process's log level, changeable at run time. */
export class LogLevelControl {
  constructor(private readonly logger: Logger) {}
  get(): LogLevel {
    return this.logger.level as LogLevel;
  }
  set(level: LogLevel): void {
    this.logger.level = level;
  }
}
