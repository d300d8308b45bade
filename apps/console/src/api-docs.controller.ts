import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { Controller, Get, Header, Inject, Param, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { MusterError } from '@muster/contracts';
import { HOST, type Host } from '@muster/hosting';
import { Open } from '@muster/platform';
import { docsPage, docsProgram } from './docs-page.js';
import { openApiDocument } from './openapi-document.js';

/** Files of Swagger UI that its page loads, with their kinds. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
const anHour = 'public, max-age=3600';

/** Swagger UI and the document that it shows. Nothing of either is held in memory while nobody looks at it. */
@ApiExcludeController()
@Open()
@Controller()
export class ApiDocsController {
  private readonly files = createRequire(import.meta.url);

  constructor(@Inject(HOST) private readonly host: Host) {}

  @Get('docs-json')
  @Header('content-type', 'application/json; charset=utf-8')
  json(): string {
    return JSON.stringify(openApiDocument);
  }

  @Get('docs-yaml')
  @Header('content-type', 'text/yaml; charset=utf-8')
  async yaml(): Promise<string> {
    const { stringify } = await import('yaml');
    return stringify(openApiDocument, { aliasDuplicateObjects: false });
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header(
    'content-security-policy',
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  @Header('x-content-type-options', 'nosniff')
  page(): string {
    this.requireSwitchedOn();
    return docsPage;
  }

  @Get('docs/docs.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('x-content-type-options', 'nosniff')
  program(): string {
    this.requireSwitchedOn();
    return docsProgram;
  }

  @Get('docs/:file')
  @Header('cache-control', anHour)
  @Header('x-content-type-options', 'nosniff')
  asset(@Param('file') file: string): StreamableFile {
    this.requireSwitchedOn();
    const type = Object.hasOwn(assets, file) ? assets[file] : undefined;
    if (type === undefined) throw new MusterError('not-found', 'Swagger UI has no such file');
    return new StreamableFile(createReadStream(this.files.resolve(`swagger-ui-dist/${file}`)), { type });
  }

  private requireSwitchedOn(): void {
    if (!this.host.runtime.settings.MUSTER_DOCS)
      throw new MusterError(
        'not-found',
        'Swagger UI is switched off here (MUSTER_DOCS); the document is at /docs-json',
      );
  }
}
