import document from '../../../docs/reference/openapi.json' with { type: 'json' };

/** One document for the public routes of all services: generated from them, and so the same wherever the console runs. */
export const openApiDocument = document as unknown;
