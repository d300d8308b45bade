import { Body, Controller, Inject, Put } from '@nestjs/common';
import { EnumField } from '@muster/contracts';
import { ForServices, logLevels, RUNTIME, type LogLevel, type Runtime } from '@muster/platform';

export class LogLevelRequest {
  @EnumField(logLevels, 'LogLevel') level: LogLevel;
}

/** Every process takes its log level from global session, which passes it down the tree. */
@Controller('internal/v1/log-level')
export class LogLevelController {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  @Put()
  @ForServices('global-session')
  set(@Body() request: LogLevelRequest): void {
    this.runtime.logLevel.set(request.level);
  }
}
