import type { RefreshAnswer, RegisterAnswer } from '@muster/contracts';
import { Caller, ForBearer, type BearerCaller } from '@muster/platform';
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { WorkerControl, type WorkerRoute } from './worker-control.service.js';
import { BusyWorker, RegisterWorker, WorkerProgress } from './worker-requests.js';

/** What workers ask of their holder: `MUSTER_CONTROL_URL` is the base of these routes. */
@ApiExcludeController()
@ForBearer()
@Controller('internal/v1/session/control/:session/:worker')
export class WorkerControlController {
  constructor(private readonly control: WorkerControl) {}

  @Post('register')
  @HttpCode(200)
  register(
    @Param() route: WorkerRoute,
    @Caller() caller: BearerCaller,
    @Body() ask: RegisterWorker,
  ): Promise<RegisterAnswer> {
    return this.control.register(route, caller.bearer, ask);
  }

  @Post('refresh')
  @HttpCode(200)
  refresh(@Param() route: WorkerRoute, @Caller() caller: BearerCaller): Promise<RefreshAnswer> {
    return this.control.refresh(route, caller.bearer);
  }

  @Post('busy')
  @HttpCode(204)
  busy(@Param() route: WorkerRoute, @Caller() caller: BearerCaller, @Body() ask: BusyWorker): Promise<void> {
    return this.control.busy(route, caller.bearer, ask);
  }

  @Post('progress')
  @HttpCode(204)
  progress(@Param() route: WorkerRoute, @Caller() caller: BearerCaller, @Body() ask: WorkerProgress): Promise<void> {
    return this.control.progress(route, caller.bearer, ask);
  }
}
