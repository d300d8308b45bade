import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Open } from '@muster/platform';
import { frontPage } from './front-page.js';

/** The front page: what this is and where to go. */
@ApiExcludeController()
@Open()
@Controller()
export class ConsoleController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  @Header('x-content-type-options', 'nosniff')
  page(): string {
    return frontPage;
  }
}
