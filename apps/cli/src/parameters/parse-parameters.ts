import { readFile } from 'node:fs/promises';
import { CliError } from '../cli-error.js';

/** A JSON Schema as far as it is read here. */
interface Schema {
  type?: unknown;
  enum?: unknown;
  properties?: unknown;
  additionalProperties?: unknown;
}

interface WrongMember {
  member: string;
  reason: string;
}

/** What can be told of one member's value: the value, or why it is none. */
type Read = { value: unknown } | { reason: string };

/**
 * Parameters of the command line as the session type's JSON Schema wants them: `gridCells=64` becomes a number where the schema
 * says so. Without a schema for a member it is JSON if it is that, else a text. Throws `usage` with every member that is wrong.
 */
export function parseParameters(
  pairs: readonly string[],
  schema: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  const wrong: WrongMember[] = [];
  for (const pair of pairs) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const read = name === '' ? { reason: 'is not written as name=value' } : readMember(name, text, schema);
    if ('value' in read) parameters[name] = read.value;
    else wrong.push({ member: name === '' ? pair : name, reason: read.reason });
  }
  if (wrong.length === 0) return parameters;
  throw new CliError('usage', 'the parameters are not valid', {
    members: wrong,
    fix: 'write --parameter name=value; `muster types TYPE` shows the names and what they take',
  });
}

function readMember(name: string, text: string, schema: Schema = {}): Read {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const member = properties[name];
  if (member === undefined && schema.additionalProperties === false) return { reason: unknownMember(properties) };
  const types = typesOf(isObject(member) ? member : {});
  if (types.length === 0) return { value: jsonOr(text) };
  for (const type of types) {
    const value = valueOf(type, text);
    if (value !== undefined) return { value };
  }
  return { reason: `must be ${types.map(inWords).join(' or ')} (it is "${text.slice(0, 100)}")` };
}

function unknownMember(properties: object): string {
  const names = Object.keys(properties);
  return names.length === 0
    ? 'is not known: the type takes no parameters'
    : `is not known; known are ${names.join(', ')}`;
}

/** The schema's types; of values to choose from, theirs. Text last: everything is a text. */
function typesOf({ type, enum: choices }: Schema): string[] {
  const named = Array.isArray(type)
    ? type
    : type === undefined && Array.isArray(choices)
      ? choices.map(typeName)
      : [type];
  const known = named.filter((each): each is string => typeof each === 'string');
  return [...new Set(known)].sort((a, b) => Number(a === 'string') - Number(b === 'string'));
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** Undefined: the text is no value of this type. */
function valueOf(type: string, text: string): unknown {
  if (type === 'string') return text;
  const value = jsonOf(text);
  if (type === 'integer') return Number.isInteger(value) ? value : undefined;
  return value !== undefined && typeName(value) === type ? value : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function jsonOr(text: string): unknown {
  const value = jsonOf(text);
  return value === undefined ? text : value;
}

const words: Record<string, string> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'a text',
  array: 'a JSON list',
  object: 'a JSON object',
};
const inWords = (type: string): string => words[type] ?? type;

/** The parameters of a file. Throws `usage` when it is not there or is no JSON object. */
export async function readParametersFile(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError('usage', `--parameters-file: cannot read ${file} (${error.code ?? 'unknown reason'})`);
  });
  const value = jsonOf(text);
  if (isObject(value)) return value;
  throw new CliError('usage', `--parameters-file: ${file} does not hold a JSON object`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
