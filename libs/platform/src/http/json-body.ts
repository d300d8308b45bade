import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MusterError } from '@muster/contracts';
import { isInternal } from './listeners.js';

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Takes JSON objects and nothing else. What reads a body later works its way down by recursion, so what is nested too deeply is
 * refused before it is parsed; bodies between services wrap those of clients and may be twice as deep.
 */
export function acceptJsonObjects(fastify: FastifyInstance, maxDepth: number): void {
  const parse = fastify.getDefaultJsonParser('error', 'error') as (
    request: FastifyRequest,
    body: string,
    done: Done,
  ) => void;
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (request: FastifyRequest, body: string, done: Done) => {
      const depth = isInternal(request.raw) ? maxDepth * 2 : maxDepth;
      const problem = encodingProblem(request.headers['content-encoding']) ?? textProblem(body, depth);
      if (problem !== undefined) done(problem);
      else
        parse(request, body, (error, value) => done(error === null ? shapeProblem(value) : jsonProblem(body), value));
    },
  );
}

function encodingProblem(encoding: string | undefined): MusterError | undefined {
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return undefined;
  return new MusterError('unsupported-media-type', 'send the body as it is, without Content-Encoding');
}

function textProblem(body: string, maxDepth: number): MusterError | undefined {
  if (body === '') return new MusterError('malformed-json', 'the content type says JSON but the body is empty');
  if (!isDeeperThan(maxDepth, body)) return undefined;
  return new MusterError(
    'invalid-request',
    `the body is nested more than ${maxDepth} levels deep (MUSTER_BODY_MAX_DEPTH); send it flatter`,
  );
}

function shapeProblem(value: unknown): MusterError | null {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return null;
  return new MusterError('invalid-request', 'the body must be a JSON object: {"member": value}');
}

/** Says where, never what: the text may be a password. */
function jsonProblem(body: string): MusterError {
  try {
    JSON.parse(body);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const place = /line (\d+) column (\d+)/.exec(message);
    const where = place === null ? '' : ` at line ${place[1]}, column ${place[2]}`;
    return new MusterError('malformed-json', `the body is not valid JSON${where}`);
  }
  return new MusterError(
    'malformed-json',
    'the body has a member named __proto__ or constructor.prototype, which is never taken',
  );
}

/** Whether objects and lists lie more than `maxDepth` deep in each other; of text that is no JSON it may say either. */
export function isDeeperThan(maxDepth: number, json: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (isInText) {
      if (character === '\\') index += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}
