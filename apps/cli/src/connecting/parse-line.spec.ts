import { expect, it } from 'vitest';
import { parseLine } from './parse-line.js';

it.each([
  ['solver solve', { kind: 'call', role: 'solver', action: 'solve', body: { value: {} } }],
  ['  solver  solve  {"volts": 5} ', { kind: 'call', role: 'solver', action: 'solve', body: { value: { volts: 5 } } }],
  ['only echo [1, "two words"]', { kind: 'call', role: 'only', action: 'echo', body: { value: [1, 'two words'] } }],
  [
    'model load @my files/cable.json',
    { kind: 'call', role: 'model', action: 'load', body: { file: 'my files/cable.json' } },
  ],
  ['.push model note 3', { kind: 'push', role: 'model', topic: 'note', body: { value: 3 } }],
  ['.peers', { kind: 'peers' }],
  ['.quit', { kind: 'quit' }],
  ['', { kind: 'nothing' }],
  ['# a comment', { kind: 'nothing' }],
])('the line %j is understood', (text, line) => {
  expect(parseLine(text)).toEqual(line);
});

it.each([
  ['solver', /ROLE ACTION/],
  ['.psuh model note', /\.psuh is not known/],
  ['.push model', /ROLE ACTION/],
  ['solver solve {volts: 5}', /not JSON/],
])('the line %j is refused with a reason', (text, reason) => {
  expect(parseLine(text)).toEqual({ kind: 'wrong', reason: expect.stringMatching(reason) });
});
