import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];

/** The schemas that any part of a document names. */
export function namedIn(part: unknown): Set<string> {
  const named = JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return new Set(Array.from(named, ([, name = '']) => name));
}

/** These, and all that they are made of. */
export function reachableFrom(names: Iterable<string>, schemas: Schemas): Set<string> {
  const reached = new Set(names);
  // A set that grows is walked to its new end.
  for (const name of reached) for (const each of namedIn(schemas[name])) reached.add(each);
  return reached;
}

/** The schema of an object that refuses members which it does not name. */
export function closed(schema: Schema): Schema {
  return 'properties' in schema && schema.additionalProperties === undefined
    ? { ...schema, additionalProperties: false }
    : schema;
}
