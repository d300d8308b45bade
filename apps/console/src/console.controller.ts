import { fileURLToPath } from 'node:url';
import { Controller, Get, Header, Inject, Param, Res, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { MusterError } from '@muster/contracts';
import { HOST, type Host } from '@muster/hosting';
import { Open } from '@muster/platform';
import { PageFiles } from './page-files.js';
import { pagePolicy } from './page-policy.js';

/** What a reply is set with here. */
interface Reply {
  header(name: string, value: string): unknown;
}

/** The page for people. It holds nothing secret: what it shows it asks of the API, with the login of who looks at it. */
@ApiExcludeController()
@Open()
@Controller()
export class ConsoleController {
  private readonly files = new PageFiles(fileURLToPath(new URL('console-web/', import.meta.url)));

  constructor(@Inject(HOST) private readonly host: Host) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  @Header('cross-origin-opener-policy', 'same-origin')
  page(@Res({ passthrough: true }) reply: Reply): Promise<string> {
    reply.header('content-security-policy', pagePolicy(this.host.runtime.addresses.publicUrl));
    return this.files.document();
  }

  @Get('assets/:name')
  @Header('cache-control', 'public, max-age=31536000, immutable')
  @Header('x-content-type-options', 'nosniff')
  async asset(@Param('name') name: string): Promise<StreamableFile> {
    const file = await this.files.asset(name);
    if (file === undefined)
      throw new MusterError('not-found', 'The page has no such file: load it anew, there may be a newer version');
    return new StreamableFile(file.content, { type: file.kind });
  }
}
