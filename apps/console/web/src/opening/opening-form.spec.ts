import { MusterError } from '@muster/client';
import { expect, it } from 'vitest';
import { fieldsOf } from './parameter-fields.js';
import { placeProblems } from './place-problems.js';
import { readForm } from './read-form.js';

const fields = fieldsOf({
  type: 'object',
  required: ['scene'],
  properties: {
    scene: { type: 'string', title: 'Scene', minLength: 2, maxLength: 80 },
    frames: { type: 'integer', minimum: 1, maximum: 500, default: 24, description: 'How many.' },
    tolerance: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    quality: { enum: ['draft', 2, null] },
    denoise: { type: 'boolean', default: true },
    camera: { type: ['object', 'null'] },
  },
});
const read = (entries: Record<string, string>) => readForm('farm', fields, { 'parameters.scene': 'a', ...entries });

it('asks for each parameter as its schema says', () => {
  expect(
    fields.map(({ label, asks, hint, byDefault, isRequired }) => [label, asks.kind, hint, byDefault, isRequired]),
  ).toEqual([
    ['Scene', 'text', 'at least 2 characters, at most 80 characters', '', true],
    ['frames', 'number', 'How many; a whole number from 1 to 500', '24', false],
    ['tolerance', 'number', 'a number above 0 below 1', '', false],
    ['quality', 'choice', '', '', false],
    ['denoise', 'choice', '', 'true', false],
    ['camera', 'json', 'JSON', '', false],
  ]);
});

it('asks for one JSON object where a type does not say what it takes, and for nothing where it takes nothing', () => {
  expect(fieldsOf(undefined).map(({ member }) => member)).toEqual(['parameters']);
  expect(fieldsOf({ type: 'object', additionalProperties: false })).toEqual([]);
  const whole = (text: string) => readForm('any', fieldsOf(undefined), { parameters: text });
  expect(whole('{"a":1}').request).toEqual({ type: 'any', parameters: { a: 1 } });
  expect(whole('[1]').problems).toEqual({ parameters: 'must be a JSON object' });
});

it('reads values of the types that the schema wants, and leaves out what was not said', () => {
  expect(
    read({
      'parameters.frames': '12',
      'parameters.tolerance': '1e-3',
      'parameters.quality': '2',
      'parameters.denoise': 'false',
      'parameters.camera': '{"x":1}',
      project: ' cable ',
      priority: '70',
      deadlineMs: '1.5',
    }).request,
  ).toEqual({
    type: 'farm',
    project: 'cable',
    parameters: { scene: 'a', frames: 12, tolerance: 0.001, quality: 2, denoise: false, camera: { x: 1 } },
    priority: 70,
    deadlineMs: 90_000,
  });
  expect(read({ 'parameters.quality': 'null' }).request?.parameters).toEqual({ scene: 'a', quality: null });
  expect(read({}).request).toEqual({ type: 'farm', parameters: { scene: 'a' } });
});

it('says at each field what cannot be read', () => {
  const { problems } = read({
    'parameters.scene': ' ',
    'parameters.frames': '1.5',
    'parameters.tolerance': 'small',
    'parameters.camera': '{x}',
    priority: 'high',
  });
  expect(problems).toEqual({
    'parameters.scene': 'is required',
    'parameters.frames': 'must be a whole number',
    'parameters.tolerance': 'must be a number',
    'parameters.camera': expect.stringMatching(/^is not valid JSON: /),
    priority: 'must be a whole number',
  });
});

it('puts what the installation refuses at the field of the member', () => {
  const refusal = new MusterError('invalid-request', 'the request is not valid', {
    errors: [
      { member: 'parameters.frames', reason: 'must be <= 500' },
      { member: 'parameters.frames', reason: 'must be even' },
      { member: 'parameters.camera.x', reason: 'is required' },
      { member: 'parameters.frame', reason: 'is not a known member' },
    ],
  });
  const { at, rest } = placeProblems(
    refusal,
    fields.map(({ member }) => member),
  );
  expect(at).toEqual({ 'parameters.frames': 'must be <= 500; must be even', 'parameters.camera': 'x is required' });
  expect(rest.errors).toEqual([{ member: 'parameters.frame', reason: 'is not a known member' }]);
});
