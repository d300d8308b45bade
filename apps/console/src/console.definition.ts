import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Host, ServiceDefinition } from '@muster/hosting';
import { ConsoleModule } from './console.module.js';
import { openApiDocument } from './openapi-document.js';

export const consoleService: ServiceDefinition = {
  name: 'console',
  settings: {},
  module: ConsoleModule,
  usesStore: false,
  configure: serveDocumentation,
};

/** `/docs-json`, and `/docs` unless it is switched off; the token that is entered is kept by the browser tab only. */
async function serveDocumentation(app: NestFastifyApplication, { runtime }: Host): Promise<void> {
  const { SwaggerModule } = await import('@nestjs/swagger');
  SwaggerModule.setup('docs', app, openApiDocument, {
    ui: runtime.settings.MUSTER_DOCS,
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Muster API',
    customCss: '.swagger-ui .topbar { display: none }',
    swaggerOptions: {
      persistAuthorization: false,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      deepLinking: true,
      defaultModelsExpandDepth: 0,
    },
  });
}
