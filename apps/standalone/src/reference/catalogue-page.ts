import type { OpenAPIObject } from '@nestjs/swagger';
import { page, table } from './markdown.js';

interface Schema {
  $ref?: string;
  type?: string;
  enum?: readonly unknown[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  items?: Schema;
  allOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  additionalProperties?: Schema | boolean;
}
type Schemas = Readonly<Record<string, Schema>>;

/** The members of catalogue entries, from the same schemas that check them. */
export function cataloguePage(document: OpenAPIObject): string {
  const schemas = (document.components?.schemas ?? {}) as Schemas;
  const names = reachableFrom(['SessionType', 'WorkerType'], schemas);
  return page(
    '# Catalogue entries',
    'For authors of applications: every member of a worker type and a session type. After reading you can write the files of your own application; [add a session type](../how-to/add-a-session-type.md) shows the way.',
    'An entry is one YAML document of a file in the folder that `MUSTER_CATALOGUE` names, or the body of a call to `/v1/session-types` and `/v1/worker-types`. Sizes are bytes and times ms; in YAML a size may be written `256Mi`.',
    ...names.map((name) => section(name, schemas)),
  );
}

function section(name: string, schemas: Schemas): string {
  const schema = schemas[name] ?? {};
  const rows = Object.entries(schema.properties ?? {}).map(([member, each]) => [
    `\`${member}\`${schema.required?.includes(member) === true ? '' : ' (optional)'}`,
    kindOf(each, schemas),
    [each.description ?? '', each.default === undefined ? '' : `default ${JSON.stringify(each.default)}`]
      .filter((text) => text !== '')
      .join('; '),
  ]);
  return page(`## ${name}`, table(['member', 'value', 'meaning'], rows)).trimEnd();
}

function kindOf(schema: Schema, schemas: Schemas): string {
  const [named] = referencesIn(schema, true);
  const choices = schema.enum ?? (named === undefined ? undefined : schemas[named]?.enum);
  if (schema.type === 'array' && schema.items !== undefined) return `list of ${kindOf(schema.items, schemas)}`;
  if (typeof schema.additionalProperties === 'object')
    return `map of names to ${kindOf(schema.additionalProperties, schemas)}`;
  if (schema.oneOf !== undefined) return schema.oneOf.map((each) => kindOf(each, schemas)).join(' or ');
  if (choices !== undefined) return choices.map((value) => `\`${String(value)}\``).join(', ');
  if (named !== undefined) return `[${named}](#${named.toLowerCase()})`;
  return `${schema.type ?? 'any JSON'}${rangeOf(schema)}`;
}

function rangeOf({ minimum, maximum }: Schema): string {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined || maximum === Number.MAX_SAFE_INTEGER) return `, ${minimum} or more`;
  return `, ${minimum ?? ''} to ${maximum}`;
}

function reachableFrom(names: readonly string[], schemas: Schemas): string[] {
  const reached = new Set(names.filter((name) => schemas[name] !== undefined));
  for (const name of reached)
    for (const each of referencesIn(schemas[name] ?? {}, false))
      if (schemas[each]?.properties !== undefined) reached.add(each);
  return [...reached];
}

/** The names of schemas that this one refers to; `shallow`: itself only, not by its members. */
function referencesIn(schema: Schema, shallow: boolean): string[] {
  const inner = [...(schema.allOf ?? []), ...(schema.oneOf ?? [])];
  const members = shallow
    ? []
    : [
        ...Object.values(schema.properties ?? {}),
        ...(schema.items === undefined ? [] : [schema.items]),
        ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
      ];
  const own = schema.$ref === undefined ? [] : [schema.$ref.split('/').at(-1) ?? ''];
  return [...own, ...[...inner, ...members].flatMap((each) => referencesIn(each, shallow))];
}
