import type { CreateSession } from '@muster/contracts';
import { type ParameterField, said } from './parameter-fields.js';

/** What is in the fields of the form, by the member of the request that each is for. */
export type Entries = Readonly<Record<string, string>>;
/** What is wrong, by member. */
export type Problems = Readonly<Record<string, string>>;

export type FormRead = { request: CreateSession; problems?: undefined } | { request?: undefined; problems: Problems };

/** A value, nothing, or why it is none. */
type Value = { value?: unknown; problem?: undefined } | { problem: string };

const msPerMinute = 60_000;

/** The request that the form says. Only the form of each entry is checked; whether it fits, the installation decides. */
export function readForm(type: string, fields: readonly ParameterField[], entries: Entries): FormRead {
  const problems: Record<string, string> = {};
  const take = (member: string, read: Value): unknown => {
    if (read.problem === undefined) return read.value;
    problems[member] = read.problem;
    return undefined;
  };
  const parameters: Record<string, unknown> = {};
  for (const field of fields) {
    const value = take(field.member, readParameter(field, entries[field.member] ?? ''));
    if (value === undefined) continue;
    if (field.name === undefined) Object.assign(parameters, value);
    else parameters[field.name] = value;
  }
  const project = (entries['project'] ?? '').trim();
  const priority = take('priority', readNumber(entries['priority'] ?? '', true)) as number | undefined;
  const minutes = take('deadlineMs', readNumber(entries['deadlineMs'] ?? '', false)) as number | undefined;
  if (Object.keys(problems).length > 0) return { problems };
  const request: CreateSession = {
    type,
    ...(project !== '' && { project }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(priority !== undefined && { priority }),
    ...(minutes !== undefined && { deadlineMs: Math.round(minutes * msPerMinute) }),
  };
  return { request };
}

function readParameter(field: ParameterField, text: string): Value {
  // An empty text can be meant only where something must be said.
  if (text.trim() === '') return field.isRequired ? { problem: 'is required' } : {};
  const { asks } = field;
  if (asks.kind === 'number') return readNumber(text, asks.isWhole);
  if (asks.kind === 'choice') return { value: asks.choices.find(({ value }) => said(value) === text)?.value };
  return asks.kind === 'text' ? { value: text } : readJson(text, field.name === undefined);
}

function readNumber(text: string, isWhole: boolean): Value {
  if (text.trim() === '') return {};
  const value = Number(text);
  if (isWhole && !Number.isSafeInteger(value)) return { problem: 'must be a whole number' };
  return Number.isFinite(value) ? { value } : { problem: 'must be a number' };
}

function readJson(text: string, mustBeObject: boolean): Value {
  try {
    const value = JSON.parse(text) as unknown;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return mustBeObject && !isObject ? { problem: 'must be a JSON object' } : { value };
  } catch (error) {
    return { problem: `is not valid JSON: ${(error as Error).message}` };
  }
}
