import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliError } from '../cli-error.js';
import { describeParameters } from './describe-parameters.js';
import { parseParameters, readParametersFile } from './parse-parameters.js';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['cells'],
  properties: {
    cells: { type: 'integer', minimum: 16, maximum: 64, description: 'How fine' },
    tolerance: { type: 'number', exclusiveMinimum: 0, default: 0.1 },
    fast: { type: 'boolean' },
    name: { type: 'string' },
    points: { type: 'array' },
    box: { type: 'object' },
    either: { type: ['string', 'integer'] },
    level: { enum: ['low', 1] },
  },
};

/** What is said of each member that is wrong. */
const wrongMembers = (...pairs: string[]): Record<string, string> => {
  try {
    parseParameters(pairs, schema);
  } catch (error) {
    if (error instanceof CliError)
      return Object.fromEntries(error.members.map(({ member, reason }) => [member, reason]));
  }
  return {};
};

describe('parameters of the command line', () => {
  it.each([
    ['cells=64', { cells: 64 }],
    ['tolerance=1e-6', { tolerance: 0.000_001 }],
    ['fast=true', { fast: true }],
    ['name=64', { name: '64' }],
    ['name=a=b', { name: 'a=b' }],
    ['name=', { name: '' }],
    ['points=[1,2]', { points: [1, 2] }],
    ['box={"a":1}', { box: { a: 1 } }],
    ['either=64', { either: 64 }],
    ['either=many', { either: 'many' }],
    ['level=low', { level: 'low' }],
    ['level=1', { level: 1 }],
  ])('%s becomes what the schema wants', (pair, parameters) => {
    expect(parseParameters([pair], schema)).toEqual(parameters);
  });

  it('are JSON where no schema says otherwise, else texts', () => {
    expect(parseParameters(['a=1', 'b=true', 'c=word', 'd=null'], undefined)).toEqual({
      a: 1,
      b: true,
      c: 'word',
      d: null,
    });
  });

  it('are refused all at once, each with what it must be', () => {
    expect(wrongMembers('cells=6.5', 'fast=yes', 'points={}', 'box=null', 'sells=1', 'cells')).toEqual({
      cells: 'is not written as name=value',
      fast: 'must be true or false (it is "yes")',
      points: 'must be a JSON list (it is "{}")',
      box: 'must be a JSON object (it is "null")',
      sells: 'is not known; known are cells, tolerance, fast, name, points, box, either, level',
    });
    expect(wrongMembers('cells=6.5')).toEqual({ cells: 'must be a whole number (it is "6.5")' });
  });

  it('are described from the schema', () => {
    expect(describeParameters(schema).slice(0, 2)).toEqual([
      { name: 'cells', takes: 'integer from 16 to 64', default: '', isRequired: true, meaning: 'How fine' },
      { name: 'tolerance', takes: 'number above 0', default: '0.1', isRequired: false, meaning: '' },
    ]);
    expect(
      describeParameters(schema)
        .slice(-2)
        .map(({ takes }) => takes),
    ).toEqual(['string or integer', '"low" | 1']);
    expect(describeParameters({})).toEqual([]);
  });
});

describe('a file of parameters', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-parameters-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('holds one JSON object', async () => {
    await writeFile(join(folder, 'good.json'), '{"cells":64}');
    await writeFile(join(folder, 'list.json'), '[64]');
    expect(await readParametersFile(join(folder, 'good.json'))).toEqual({ cells: 64 });
    await expect(readParametersFile(join(folder, 'list.json'))).rejects.toThrow('does not hold a JSON object');
    await expect(readParametersFile(join(folder, 'none.json'))).rejects.toThrow('(ENOENT)');
  });
});
