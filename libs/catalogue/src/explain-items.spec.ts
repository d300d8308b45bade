import { describe, expect, it } from 'vitest';
import { explainQuestions } from './explain-items.js';

const workerTypes = [
  { name: 'plain', run: { process: { module: 'workers/plain' } } },
  {
    name: 'large',
    run: { image: { linux: 'large:1' }, command: ['large'] },
    hardware: { cpuMillis: 4000, memoryBytes: 1 },
  },
];

describe('the questions of a session type', () => {
  it('fill in what the catalogue would, the role over its worker type', () => {
    const roles = { a: { worker: 'plain' }, b: { worker: 'large', hardware: { memoryBytes: 2 } } };
    expect(explainQuestions({ roles }, workerTypes).mandatory).toEqual([
      { role: 'a', workerType: 'plain', hardware: { cpuMillis: 100, memoryBytes: 64 * 2 ** 20 }, runsAsProcess: true },
      {
        role: 'b',
        workerType: 'large',
        hardware: { cpuMillis: 4000, memoryBytes: 2 },
        runsAsProcess: false,
        image: { linux: 'large:1' },
      },
    ]);
  });

  it('ask for roles that may be missing one by one, without partners of another question', () => {
    const roles = {
      a: { worker: 'plain', near: ['b', 'c'] },
      b: { worker: 'plain', apart: ['a'] },
      c: { worker: 'plain', mandatory: false, near: ['a'] },
    };
    const { mandatory, others } = explainQuestions({ roles }, workerTypes);
    expect(mandatory.map(({ role, near, apart }) => ({ role, near, apart }))).toEqual([
      { role: 'a', near: ['b'] },
      { role: 'b', apart: ['a'] },
    ]);
    expect(others).toEqual([expect.not.objectContaining({ near: expect.anything() as unknown })]);
  });
});
