import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { version } from '@muster/platform';
import { prepareServices, type HostOptions } from './host-services.js';

/** The OpenAPI document of the public routes of these services; nothing is started. */
export async function describeServices(options: HostOptions): Promise<OpenAPIObject> {
  const { app, stop } = await prepareServices(options);
  try {
    await app.nest.init();
    const description = new DocumentBuilder()
      .setTitle('Muster')
      .setDescription(
        'The control plane for interactive applications made of many services. Errors are problem+json (RFC 9457) with a stable code.',
      )
      .setVersion(version)
      .addBearerAuth()
      .addServer('/')
      .build();
    const document = SwaggerModule.createDocument(app.nest, description);
    const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => !path.startsWith('/internal/')));
    return { ...document, paths };
  } finally {
    await stop();
  }
}
