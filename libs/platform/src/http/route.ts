import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import type { ErrorCode, Permission } from '@muster/contracts';
import { Needs, Open } from './access.js';

/** An answer that is no DTO: a stream of text, or JSON of no fixed shape. */
export interface RawAnswer {
  mediaType: string;
  description: string;
  example: unknown;
}

/** One public route, as its users see it. */
export interface RouteDescription {
  /** One line in plain words. */
  summary: string;
  /** What callers must know beyond that; Markdown. */
  more?: string;
  /** The permission; `logged-in`: everybody who is; `open`: anybody. */
  needs: Permission | 'logged-in' | 'open';
  /** A body that may be sent as it stands. */
  example?: object;
  /** Of success; 200 with an answer, 204 without, unless it is said. */
  status?: 200 | 201 | 202;
  answer?: Type | RawAnswer;
  /** What the parameters of the path mean. */
  path?: Readonly<Record<string, string>>;
  /** Request headers that callers may send. */
  headers?: Readonly<Record<string, string>>;
  /** Headers of the answer. */
  answers?: Readonly<Record<string, string>>;
  /** The problems of its own; those that every route of its kind has are added to the document. */
  problems?: readonly ErrorCode[];
}

/** Where the codes of {@link RouteDescription.problems} stand in the raw OpenAPI document. */
export const problemsExtension = 'x-problems';

/** Where {@link RouteDescription.example} stands there. */
export const exampleExtension = 'x-example';

/** Who may call a route and what it answers: checked by the guard and shown in the OpenAPI document. */
export function Route(route: RouteDescription): MethodDecorator {
  const status = route.status ?? (route.answer === undefined ? 204 : 200);
  return applyDecorators(
    HttpCode(status),
    accessOf(route.needs),
    ApiOperation({ summary: route.summary, description: descriptionOf(route) }),
    ApiResponse({ status, ...answerOf(route), ...headersOf(route.answers) }),
    ApiExtension(problemsExtension, [...(route.problems ?? [])]),
    ...(route.example === undefined ? [] : [ApiExtension(exampleExtension, route.example)]),
    ...Object.entries(route.path ?? {}).map(([name, description]) => ApiParam({ name, description })),
    ...Object.entries(route.headers ?? {}).map(([name, description]) =>
      ApiHeader({ name, description, required: false }),
    ),
  );
}

function accessOf(needs: RouteDescription['needs']): MethodDecorator {
  return needs === 'open' ? Open() : Needs(needs === 'logged-in' ? null : needs);
}

function descriptionOf({ more, needs }: RouteDescription): string {
  const access = {
    open: 'Open to everybody.',
    'logged-in': 'For everybody who is logged in.',
  }[needs as string];
  return [more, access ?? `Needs the permission \`${needs}\`.`].filter((text) => text !== undefined).join('\n\n');
}

function answerOf({ answer, status }: RouteDescription): Parameters<typeof ApiResponse>[0] {
  if (answer === undefined) return { description: 'Done' };
  if (typeof answer === 'function') return { description: successes[status ?? 200], type: answer };
  const { mediaType, description, example } = answer;
  const schema = mediaType === 'application/json' ? { type: 'object', additionalProperties: true } : { type: 'string' };
  return { description, content: { [mediaType]: { schema, example } } };
}

const successes = { 200: 'As asked', 201: 'Made', 202: 'Accepted; it goes on after this answer' };

function headersOf(headers: RouteDescription['answers']): Pick<Parameters<typeof ApiResponse>[0], 'headers'> {
  if (headers === undefined) return {};
  const described = Object.entries(headers).map(
    ([name, description]) => [name, { description, schema: { type: 'string' } }] as const,
  );
  return { headers: Object.fromEntries(described) };
}
