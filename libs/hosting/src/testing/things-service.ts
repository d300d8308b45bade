import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { IntegerField, MusterError, TextField } from '@muster/contracts';
import { ForServices, integerSetting, Needs, Open } from '@muster/platform';
import type { ServiceDefinition } from '../service-definition.js';

class Thing {
  @TextField({ maxLength: 10 }) name: string;
  @IntegerField({ min: 1 }) amount: number;
}

@Controller('v1/things')
class ThingsController {
  @Open()
  @Post()
  @HttpCode(200)
  take(@Body() thing: Thing): Thing {
    return thing;
  }

  @Get(':id/part')
  @Open()
  part(): string {
    return 'part';
  }

  @Get('busy')
  @Open()
  busy(): never {
    throw new MusterError('not-ready', 'come back', { retryAfterMs: 4200 });
  }

  @Get('broken')
  @Open()
  broken(): never {
    throw new TypeError('a secret detail');
  }

  @Get('mine')
  @Needs('sessions:read')
  mine(): string {
    return 'mine';
  }

  @Get('forgotten')
  forgotten(): string {
    return 'nobody said who may read this';
  }
}

@Controller('internal/v1/things')
class InternalThingsController {
  @Get()
  @Open()
  read(): { inside: true } {
    return { inside: true };
  }

  @Get('of-services')
  @ForServices('auth')
  ofServices(): string {
    return 'of services';
  }
}

@Module({ controllers: [ThingsController, InternalThingsController] })
class ThingsModule {}

/** A service with a route of each kind that a host treats in its own way. */
export const things: ServiceDefinition = {
  // Of all services the console alone starts without auth.
  name: 'console',
  settings: { MUSTER_THINGS: integerSetting('How many', 3, { max: 10 }) },
  module: ThingsModule,
  usesStore: false,
};
