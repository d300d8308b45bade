import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Open } from '../http/access.js';
import { RUNTIME, type Runtime } from '../runtime.js';

/** Prometheus text, on the internal listener only. */
@ApiExcludeController()
@Open()
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.runtime.metrics.text();
  }
}
