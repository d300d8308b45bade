import { readFileSync } from 'node:fs';
import { errorCodes } from '@muster/contracts';
import { describe, expect, it } from 'vitest';

type Json = Record<string, unknown>;
interface Answer {
  description?: string;
  content?: Record<string, { schema?: Json; examples?: Record<string, { $ref: string }> }>;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Json;
}
interface Operation {
  summary?: string;
  operationId: string;
  tags: string[];
  security?: Json[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, Answer & { $ref?: string }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Json>;
    responses: Record<string, Answer>;
    securitySchemes: Record<string, { type: string; scheme: string }>;
  };
}

const document = JSON.parse(readFileSync('docs/reference/openapi.json', 'utf8')) as Document;
const { schemas, securitySchemes } = document.components;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, path, operation })),
);
type Each = (typeof operations)[number];

/** The routes of which something is not as it should be. */
function routesWhere(isWrong: (each: Each) => boolean): string[] {
  return operations.filter(isWrong).map(({ route }) => route);
}

function at(pointer: string): unknown {
  return pointer
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((part, name) => (part as Json | undefined)?.[name], document);
}

function answerOf(operation: Operation, status: string): Answer | undefined {
  const answer = operation.responses[status];
  return answer?.$ref === undefined ? answer : (at(answer.$ref) as Answer);
}

const openRoutes = [
  'GET /.well-known/jwks.json',
  'GET /health/live',
  'GET /health/ready',
  'GET /health/startup',
  'POST /v1/auth/login',
  'POST /v1/auth/refresh',
];
const successes = (operation: Operation): string[] => Object.keys(operation.responses).filter((status) => status < '3');

describe('the OpenAPI document', () => {
  it('is one of version 3 that refers to nothing that is not there', () => {
    expect(document).toMatchObject({ openapi: expect.stringMatching(/^3\.\d\.\d$/), info: { title: 'Muster' } });
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g);
    expect([...references].map(([, pointer = '']) => pointer).filter((pointer) => at(pointer) === undefined)).toEqual(
      [],
    );
  });

  it('says of every route in one line what it is for', () => {
    const lines = operations.map(({ operation }) => operation.summary ?? '');
    expect(routesWhere(({ operation }) => !/^[A-Z][^\n]{4,79}[^.\n]$/.test(operation.summary ?? ''))).toEqual([]);
    expect(new Set(lines).size).toBe(operations.length);
  });

  it('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id, index) => !/^[a-z][A-Za-z]+$/.test(id) || ids.indexOf(id) !== index)).toEqual([]);
  });

  it('begins with sessions, ends with health, and explains every group', () => {
    const names = document.tags.map(({ name }) => name);
    expect([names[0], names.at(-1)]).toEqual(['sessions', 'health']);
    expect(document.tags.filter(({ description }) => description.length < 10)).toEqual([]);
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    expect([...used].sort()).toEqual([...names].sort());
  });

  it('has one answer of success per route, and its schema unless there is nothing to say', () => {
    expect(routesWhere(({ operation }) => successes(operation).length !== 1)).toEqual([]);
    const isUntyped = ({ operation }: Each): boolean => {
      const [status = ''] = successes(operation);
      const content = Object.values(operation.responses[status]?.content ?? {});
      return status === '204' ? content.length > 0 : content.length !== 1 || content[0]?.schema === undefined;
    };
    expect(routesWhere(isUntyped)).toEqual([]);
  });

  it('asks for a token on every route that is not open, and says what happens without', () => {
    const isOpen = ({ operation }: Each): boolean => operation.security === undefined;
    expect(routesWhere(isOpen).sort()).toEqual(openRoutes);
    expect(securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
    const guarded = operations.filter((each) => !isOpen(each));
    expect(guarded.filter(({ operation }) => operation.security?.[0]?.['bearer'] === undefined)).toEqual([]);
    const silent = guarded.filter(({ operation: { responses } }) => !('401' in responses && '403' in responses));
    expect(silent.map(({ route }) => route)).toEqual([]);
  });

  it('answers every error as a problem with declared codes of that status', () => {
    const wrong = operations.flatMap(({ route, operation }) =>
      Object.keys(operation.responses)
        .filter((status) => !status.startsWith('2'))
        .filter((status) => !isProblem(status, answerOf(operation, status)))
        .map((status) => `${route} ${status}`),
    );
    expect(wrong).toEqual([]);
    expect(routesWhere(({ operation }) => !('default' in operation.responses))).toEqual([]);
    expect((schemas['ErrorCode'] as { enum: string[] }).enum).toEqual(Object.keys(errorCodes));
  });

  it('describes every parameter, those of the path exactly', () => {
    const isWrong = ({ path, operation: { parameters = [] } }: Each): boolean => {
      const inPath = parameters.filter((each) => each.in === 'path');
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return (
        inPath.map(({ name }) => name).join() !== named.join() ||
        inPath.some((each) => each.required !== true || each.description === undefined) ||
        parameters.some((each) => !isTyped(each.schema))
      );
    };
    expect(routesWhere(isWrong)).toEqual([]);
    const headers = operations.flatMap(({ route, operation: { parameters = [] } }) =>
      parameters.filter((each) => each.in === 'header').map(({ name }) => `${route} ${name}`),
    );
    expect(headers.sort()).toEqual(['GET /v1/sessions/{id}/events Last-Event-ID', 'POST /v1/sessions Idempotency-Key']);
  });

  it('gives every member of every schema a type', () => {
    const untyped = Object.entries(schemas).flatMap(([name, schema]) => [
      ...(isTyped(schema) ? [] : [name]),
      ...Object.entries((schema['properties'] ?? {}) as Record<string, Json>)
        .filter(([, member]) => !isTyped(member))
        .map(([member]) => `${name}.${member}`),
    ]);
    expect(untyped).toEqual([]);
  });

  it('requires only members that there are', () => {
    const strange = Object.entries(schemas).flatMap(([name, { required = [], properties = {} }]) =>
      (required as string[]).filter((member) => !(member in (properties as Json))).map((member) => `${name}.${member}`),
    );
    expect(strange).toEqual([]);
  });

  it('says that unknown members of requests are refused', () => {
    const open = operations.filter(({ operation: { requestBody } }) => {
      const name = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);
      return requestBody !== undefined && schemas[name ?? '']?.['additionalProperties'] !== false;
    });
    expect(open.map(({ route }) => route)).toEqual([]);
  });

  it('shows nothing of what is internal', () => {
    expect(Object.keys(document.paths).filter((path) => /internal|metrics/.test(path))).toEqual([]);
    expect(JSON.stringify(document).match(/"x-\w+|acceptToken|joinKey/g)).toBeNull();
  });
});

function isProblem(status: string, answer: Answer | undefined): boolean {
  const { schema, examples = {} } = answer?.content?.['application/problem+json'] ?? {};
  const codes = Object.keys(examples) as (keyof typeof errorCodes)[];
  return (
    schema?.['$ref'] === '#/components/schemas/Problem' &&
    codes.length > 0 &&
    codes.every((code) => answer?.description?.includes(`\`${code}\``) === true) &&
    codes.every((code) => status === 'default' || String(errorCodes[code].status) === status)
  );
}

/** Says what it is, down to the items of lists and the values of maps; free JSON says so. */
function isTyped(schema: Json | undefined): boolean {
  if (schema === undefined) return false;
  if (typeof schema['$ref'] === 'string') return schema['$ref'].length > '#/components/schemas/'.length;
  const parts = (schema['allOf'] ?? schema['oneOf'] ?? schema['anyOf']) as Json[] | undefined;
  if (parts !== undefined) return parts.length > 0 && parts.every(isTyped);
  if (schema['type'] === 'array') return isTyped(schema['items'] as Json | undefined);
  const values = schema['additionalProperties'];
  if (typeof values === 'object') return isTyped(values as Json);
  if (schema['type'] === 'object') return schema['properties'] !== undefined || values === true;
  return ['string', 'integer', 'number', 'boolean'].includes(String(schema['type']));
}
