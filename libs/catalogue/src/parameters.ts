import type { MemberProblem, ResolvedSessionType } from '@muster/contracts';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type CompiledSchema = { validate: ValidateFunction; reason?: undefined } | { validate?: undefined; reason: string };
/** By the text of the schema: each session has a copy of its type, and to compile costs a hundred times more than to validate. */
const compiled = new Map<string, CompiledSchema>();
const maxCompiled = 500;

/** Compiles a JSON Schema (2020-12), or says why it cannot be used. Nothing is fetched for a `$ref`. */
export function compileSchema(schema: Record<string, unknown>): CompiledSchema {
  const text = JSON.stringify(schema);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const result = compileAnew(schema);
  compiled.set(text, result);
  for (const oldest of compiled.keys()) if (compiled.size > maxCompiled) compiled.delete(oldest);
  return result;
}

function compileAnew(schema: Record<string, unknown>): CompiledSchema {
  const ajv = new Ajv2020({
    allErrors: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    logger: false,
  });
  addFormats.default(ajv);
  try {
    return { validate: ajv.compile(schema) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : 'it does not compile' };
  }
}

/** What is wrong with the parameters of a new session, member by member of the request; empty = they fit. */
export function validateParameters(
  type: Pick<ResolvedSessionType, 'parameters'>,
  parameters: Record<string, unknown>,
): MemberProblem[] {
  if (type.parameters === undefined) return [];
  const { validate, reason } = compileSchema(type.parameters);
  if (validate === undefined)
    return [{ member: top, reason: `the schema of the session type cannot be used: ${reason}` }];
  if (validate(parameters)) return [];
  return (validate.errors ?? []).map(memberProblem);
}

/** The member of the request that holds them. */
const top = 'parameters';

function memberProblem(error: ErrorObject): MemberProblem {
  const path = [top, ...error.instancePath.split('/').slice(1).map(unescapePointer)];
  const named = error.params as { additionalProperty?: string; missingProperty?: string; allowedValues?: unknown[] };
  if (named.additionalProperty !== undefined)
    return { member: [...path, named.additionalProperty].join('.'), reason: 'is not a known member' };
  if (named.missingProperty !== undefined)
    return { member: [...path, named.missingProperty].join('.'), reason: 'is required' };
  const allowed = named.allowedValues === undefined ? '' : `: ${named.allowedValues.join(', ')}`;
  return { member: path.join('.'), reason: `${error.message ?? 'is not valid'}${allowed}` };
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
