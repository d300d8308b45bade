import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { HolderView, RenewLease, RenewLeaseAnswer, SessionId } from '@muster/contracts';
import { ForServices, SETTINGS, type CommonSettings } from '@muster/platform';
import { GlobalSession } from '@muster/sessions';
import { stopSlackMs } from './global-session.lifecycle.js';

/** What the other services ask of global session. */
@ApiExcludeController()
@Controller('internal/v1/global-session')
export class InternalGlobalSessionController {
  constructor(
    private readonly global: GlobalSession,
    @Inject(SETTINGS) private readonly settings: CommonSettings,
  ) {}

  @Post('services/renew')
  @HttpCode(200)
  @ForServices('session', 'relay')
  renew(@Body() ask: RenewLease): Promise<RenewLeaseAnswer> {
    return this.global.renew(ask);
  }

  @Get('sessions/:id/holder')
  @ForServices('relay', 'session', 'local-directory')
  holder(@Param('id') id: SessionId): Promise<HolderView> {
    return this.global.holder(id);
  }

  @Post('sessions/:id/changed')
  @HttpCode(204)
  @ForServices('session')
  released(@Param('id') id: SessionId): Promise<void> {
    return this.global.released(id);
  }

  @Post('system/stop')
  @HttpCode(200)
  @ForServices('launcher')
  async stop(): Promise<{ live: number }> {
    return { live: await this.global.stopSystem(this.settings.MUSTER_STOP_GRACE_MS + stopSlackMs) };
  }
}
