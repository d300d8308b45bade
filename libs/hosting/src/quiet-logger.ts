import type { LoggerService } from '@nestjs/common';

/** Nest tells every module and route it finds: worth knowing when one looks for it, not at every start. */
const chatty = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'WebSocketsController',
]);

export class QuietLogger implements LoggerService {
  constructor(private readonly logger: Required<Pick<LoggerService, 'debug' | 'verbose'>> & LoggerService) {}

  log(message: unknown, ...rest: unknown[]): void {
    if (chatty.has(String(rest.at(-1)))) this.logger.debug(message, ...rest);
    else this.logger.log(message, ...rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(message, ...rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(message, ...rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(message, ...rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.verbose(message, ...rest);
  }
}
