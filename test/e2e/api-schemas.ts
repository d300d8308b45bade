import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;
interface Described {
  $ref?: string;
  content?: Record<string, { schema: Json }>;
}
export interface ApiDocument {
  paths: Record<string, Record<string, { responses: Record<string, Described> }>>;
  components: { responses: Record<string, Described>; schemas: Record<string, Json> };
}

/** Compares real answers with what the OpenAPI document promises, to the member: what it does not name must not be there. */
export class ApiSchemas {
  private readonly ajv = new Ajv({ strict: true, allErrors: true, strictRequired: false });

  constructor(private readonly document: ApiDocument) {
    addFormats.default(this.ajv);
    this.ajv.addVocabulary(['example']);
    for (const [name, schema] of Object.entries(document.components.schemas))
      this.ajv.addSchema(exact(schema) as AnySchema, name);
  }

  /** What is wrong with an answer of this route; empty = it is as described. */
  problemsOf(route: string, answer: { status: number; contentType: string; body: unknown }): string[] {
    const [method = '', path = ''] = route.split(' ');
    const responses = this.document.paths[path]?.[method.toLowerCase()]?.responses;
    if (responses === undefined) return [`${route} is not described`];
    const described = this.resolve(responses[answer.status] ?? responses['default']);
    if (answer.status < 400 && responses[answer.status] === undefined) return [`${answer.status} is not described`];
    const mediaType = answer.contentType.split(';')[0] ?? '';
    if (described?.content === undefined) return answer.contentType === '' ? [] : [`says ${mediaType}, not nothing`];
    const schema = described.content[mediaType]?.schema;
    if (schema === undefined) return [`is ${mediaType}, not ${Object.keys(described.content).join()}`];
    const validate = this.validatorOf(schema);
    if (validate(answer.body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`.trim(),
    );
  }

  private validatorOf(schema: Json): ValidateFunction {
    return this.ajv.compile(exact(schema) as AnySchema);
  }

  private resolve(described: Described | undefined): Described | undefined {
    const name = described?.$ref?.split('/').at(-1);
    return name === undefined ? described : this.document.components.responses[name];
  }
}

/** A schema of OpenAPI 3.0 as JSON Schema that allows no member that is not named. */
function exact(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(exact);
  if (typeof part !== 'object' || part === null) return part;
  const { nullable, $ref, ...own } = part as Json;
  const rest: Json = Object.fromEntries(
    Object.entries(own).map(([key, each]) => [key, key === 'example' || key === 'default' ? each : exact(each)]),
  );
  if (typeof $ref === 'string') rest['$ref'] = $ref.split('/').at(-1);
  if (rest['type'] === 'object' && rest['properties'] !== undefined) rest['additionalProperties'] ??= false;
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}
