import type { OpenAPIObject } from '@nestjs/swagger';
import { Problem } from '@muster/contracts';
import { apiDescription } from './api-description.js';
import { completeDocument } from './complete-document.js';
import { prepareServices, type HostOptions } from './host-services.js';

/** The OpenAPI document of the public routes of these services; nothing is started. */
export async function describeServices(options: HostOptions): Promise<OpenAPIObject> {
  const { SwaggerModule } = await import('@nestjs/swagger');
  const { app, stop } = await prepareServices(options);
  try {
    await app.nest.init();
    const document = SwaggerModule.createDocument(app.nest, apiDescription(), {
      extraModels: [Problem],
      operationIdFactory: (controller, method) => operationId(controller.replace(/Controller$/, ''), method),
    });
    return completeDocument(document);
  } finally {
    await stop();
  }
}

/** SessionsController.create -> sessionsCreate: the names that client generators give. */
function operationId(controller: string, method: string): string {
  return controller.charAt(0).toLowerCase() + controller.slice(1) + method.charAt(0).toUpperCase() + method.slice(1);
}
