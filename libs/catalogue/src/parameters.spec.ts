import { describe, expect, it } from 'vitest';
import { validateParameters } from './parameters.js';

const type = {
  parameters: {
    type: 'object',
    required: ['gridCells'],
    additionalProperties: false,
    properties: {
      gridCells: { type: 'integer', minimum: 16 },
      method: { enum: ['multigrid', 'sor'] },
      mail: { type: 'string', format: 'email' },
      'a/b': { type: 'object', properties: { c: { type: 'number' } } },
    },
  },
};

describe('the parameters of a session', () => {
  it('fit when the schema says so', () => {
    expect(validateParameters(type, { gridCells: 256, method: 'sor', mail: 'a@example.com' })).toEqual([]);
  });

  it('are named member by member when they do not', () => {
    expect(validateParameters(type, { method: 'magic', mail: 'nobody', 'a/b': { c: 'x' }, grid: 1 })).toEqual([
      { member: 'parameters.gridCells', reason: 'is required' },
      { member: 'parameters.grid', reason: 'is not a known member' },
      { member: 'parameters.method', reason: 'must be equal to one of the allowed values: multigrid, sor' },
      { member: 'parameters.mail', reason: 'must match format "email"' },
      { member: 'parameters.a/b.c', reason: 'must be number' },
    ]);
  });

  it('may be anything without a schema', () => {
    expect(validateParameters({}, { anything: [1] })).toEqual([]);
  });
});
