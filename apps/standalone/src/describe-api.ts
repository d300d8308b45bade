import type { OpenAPIObject } from '@nestjs/swagger';
import { describeServices } from '@muster/hosting';
import { allServices } from './all-services.js';

/** The OpenAPI document of all services together. */
export function describeApi(dataDir: string): Promise<OpenAPIObject> {
  const environment = { MUSTER_DATA_DIR: dataDir, MUSTER_LOG_LEVEL: 'error', MUSTER_CATALOGUE: './catalogue' };
  return describeServices({ process: 'generate', services: allServices, environment, ownsInstallation: true });
}
