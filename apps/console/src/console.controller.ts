import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HOST, type Host } from '@muster/hosting';
import { Open } from '@muster/platform';
import { frontPage } from './front-page.js';

/** The front page: what this is and where to go. */
@ApiExcludeController()
@Open()
@Controller()
export class ConsoleController {
  constructor(@Inject(HOST) private readonly host: Host) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  @Header('x-content-type-options', 'nosniff')
  page(): string {
    const { addresses, settings } = this.host.runtime;
    return frontPage({ publicUrl: addresses.publicUrl, hasDocs: settings.MUSTER_DOCS });
  }
}
