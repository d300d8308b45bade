import type { OpenAPIObject } from '@nestjs/swagger';
import { errorCodes, type ErrorCode } from '@muster/contracts';
import { exampleExtension, problemsExtension } from '@muster/platform';
import { closed, namedIn, reachableFrom } from './document-schemas.js';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Answers = Record<string, NonNullable<Operation['responses'][string]>>;

const answerPath = '#/components/responses/';
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const ofGuarded: readonly ErrorCode[] = ['not-authenticated', 'token-expired', 'not-allowed', 'account-disabled'];
const ofAll: readonly ErrorCode[] = ['request-timeout', 'internal', 'store-unavailable', 'upstream-unavailable'];
const ofBodies: readonly ErrorCode[] = ['body-too-large', 'unsupported-media-type'];

/**
 * What routes need not say one by one: the problems that all of their kind have, as shared examples; request bodies that refuse
 * unknown members; and only public paths with the schemas that they use.
 */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  const isPublic = ([path]: [string, unknown]): boolean => !/^\/(internal|metrics)(\/|$)/.test(path);
  const paths = Object.fromEntries(Object.entries(document.paths).filter(isPublic));
  const operations = Object.values(paths).flatMap((path) => methods.flatMap((method) => path[method] ?? []));
  const answers: Answers = {};
  for (const operation of operations) {
    giveExample(operation);
    const problems = problemsOf(operation);
    for (const codes of Object.values(problems)) answers[nameOf(codes)] ??= problemAnswer(codes);
    const named = Object.entries(problems).map(([status, codes]) => [status, { $ref: answerPath + nameOf(codes) }]);
    operation.responses = { ...operation.responses, ...Object.fromEntries(named) };
  }
  const schemas = document.components?.schemas ?? {};
  const ofRequests = reachableFrom(namedIn(operations.map(({ requestBody }) => requestBody)), schemas);
  const used = reachableFrom(new Set([...namedIn(paths), 'Problem']), schemas);
  const kept = Object.entries(schemas).flatMap(([name, schema]) =>
    used.has(name) ? [[name, ofRequests.has(name) ? closed(schema) : schema] as const] : [],
  );
  const components = {
    ...document.components,
    schemas: { ...Object.fromEntries(kept), Problem: { ...schemas['Problem'], additionalProperties: true } },
    responses: answers,
    examples: Object.fromEntries(Object.keys(errorCodes).map((code) => [code, exampleOf(code as ErrorCode)])),
    headers: {
      'Retry-After': { description: 'Come back after so many seconds', schema: { type: 'integer' as const } },
    },
  };
  return { ...document, paths, components };
}

/** Codes by status; `default` is what can happen to every request. */
function problemsOf(operation: Operation): Record<string, readonly ErrorCode[]> {
  const own = take<ErrorCode[]>(operation, problemsExtension) ?? [];
  const guarded = operation.security === undefined ? [] : ofGuarded;
  const reads = operation.parameters?.some((each) => 'in' in each && each.in === 'query') ?? false;
  const takesBody = operation.requestBody !== undefined;
  const ofInput: ErrorCode[] = [
    ...(reads || takesBody ? (['invalid-request'] as const) : []),
    ...(takesBody ? (['malformed-json'] as const) : []),
  ];
  const all = [...new Set([...ofInput, ...guarded, ...own])];
  const byStatus = Object.groupBy(all, (code) => errorCodes[code].status);
  const rest = [...(takesBody ? ofBodies : []), ...ofAll].filter((code) => !all.includes(code));
  return { ...(byStatus as Record<string, readonly ErrorCode[]>), default: rest };
}

/** Takes out of the description what a route has left there for us. */
function take<T>(operation: Operation, extension: string): T | undefined {
  const extended = operation as unknown as Record<string, T | undefined>;
  const value = extended[extension];
  delete extended[extension];
  return value;
}

function giveExample(operation: Operation): void {
  const example = take<object>(operation, exampleExtension);
  const body = operation.requestBody;
  const json = body !== undefined && 'content' in body ? body.content['application/json'] : undefined;
  if (json !== undefined && example !== undefined) json.example = example;
}

function nameOf(codes: readonly ErrorCode[]): string {
  return codes.join('.');
}

function problemAnswer(codes: readonly ErrorCode[]): Answers[string] {
  const mixed = codes.some((code) => errorCodes[code].status !== errorCodes[codes[0] ?? code].status);
  const statusOf = (code: ErrorCode): string => (mixed ? ` (${errorCodes[code].status})` : '');
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  const comesBack = codes.some((code) => [429, 503].includes(errorCodes[code].status));
  return {
    description: codes.map((code) => `\`${code}\`${statusOf(code)}: ${errorCodes[code].title}`).join('\n\n'),
    ...(comesBack ? { headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } } : {}),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples } },
  };
}

function exampleOf(code: ErrorCode): { summary: string; value: object } {
  const { status, title } = errorCodes[code];
  const type = `https://muster.dev/errors/${code}`;
  const detail = 'what happened, and what to do about it';
  return { summary: title, value: { type, title, status, detail, code } };
}
