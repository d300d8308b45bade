import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCatalogueFile } from './parse-file.js';
import { describeProblem } from './problems.js';

const solver = `kind: WorkerType
name: solver
run: { process: { command: [./solver] } }
`;

describe('a catalogue file', () => {
  it('holds any number of documents, empty ones among them', () => {
    const text = `---\n${solver}---\n---\nkind: SessionType\nname: lab\nroles: { solver: { worker: solver } }\n`;
    const { entries, problems } = parseCatalogueFile('lab.yaml', text);
    expect(problems).toEqual([]);
    expect(entries.map(({ type, line }) => [type.kind, type.name, line])).toEqual([
      ['WorkerType', 'solver', 2],
      ['SessionType', 'lab', 7],
    ]);
  });

  it('may be JSON, with one entry or a list of them', () => {
    const text = JSON.stringify([{ kind: 'WorkerType', name: 'solver', run: { process: { command: ['./solver'] } } }]);
    expect(parseCatalogueFile('lab.json', text)).toMatchObject({
      entries: [{ type: { name: 'solver' } }],
      problems: [],
    });
  });

  it('takes sizes with units in YAML and plain numbers in JSON', () => {
    const hardware = { memoryBytes: '256Mi' };
    const entry = { kind: 'WorkerType', name: 'solver', run: { process: { command: ['a'] } }, hardware };
    expect(parseCatalogueFile('a.yaml', JSON.stringify(entry)).entries[0]?.type).toMatchObject({
      hardware: { memoryBytes: 2 ** 28 },
    });
    expect(parseCatalogueFile('a.json', JSON.stringify(entry)).problems).toMatchObject([
      { member: 'hardware.memoryBytes' },
    ]);
  });

  it('names file, line, column, member and the fix of everything that is wrong at once', () => {
    const text = `${solver}hardware:
  cpuMilis: 100
  memoryBytes: much
---
kind: SessionType
name: lab
roles:
  solver:
    worker: solver
    near: [plto]
  plot: { worker: plot }
`;
    expect(parseCatalogueFile('lab.yaml', text).problems.map(describeProblem)).toEqual([
      'lab.yaml:6:3 hardware.memoryBytes is not a size: "much"; write bytes: 268435456 or 256Mi',
      'lab.yaml:5:3 hardware.cpuMilis is not a known member; did you mean cpuMillis?',
      'lab.yaml:13:12 roles.solver.near.0 no role is named "plto"; did you mean plot?',
    ]);
  });

  it('points to the entry where a member is missing and to keys with dots', () => {
    const text = `# comment\nkind: WorkerType\nname: solver\nrun:\n  image:\n    windows-10.0.20348: ' '\n---\nkind: WorkerType\nname: b\n`;
    expect(
      parseCatalogueFile('a.yaml', text).problems.map(({ line, column, member }) => [line, column, member]),
    ).toEqual([
      [6, 5, 'run.image.windows-10.0.20348'],
      [8, 1, 'run'],
    ]);
  });

  it('still reads the entries that are right', () => {
    const { entries, problems } = parseCatalogueFile('a.yaml', `kind: Nothing\n---\n${solver}`);
    expect([entries.length, problems.length]).toEqual([1, 1]);
  });

  it.each([
    ['a bracket that is never closed', 'kind: [WorkerType\nname: x\n'],
    ['tabs as indentation', 'run:\n\tprocess: {}\n'],
    ['a key twice', `${solver}name: other\n`],
    ['bytes that are no text', '\u0000\u0001\u0002'],
    ['an alias of nothing', 'kind: *unknown\n'],
    [
      'an explosion of aliases',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
        .split('')
        .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]}, `.repeat(9)}]\n`)
        .join('')}`,
    ],
    ['a number', '42'],
  ])('reports %s as a problem with its place', (_, text) => {
    const { entries, problems } = parseCatalogueFile('bad.yaml', text);
    expect(entries).toEqual([]);
    expect(problems[0]).toMatchObject({
      file: 'bad.yaml',
      line: expect.any(Number),
      column: expect.any(Number),
      reason: expect.any(String),
    });
  });

  it('never throws, whatever the text is', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .array(fc.constantFrom('kind: WorkerType\n', 'run:\n', '  ', '- ', '---\n', '{', ']', '&a ', '*a', '"'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (each) => parseCatalogueFile('any.yaml', each).problems.every((problem) => problem.line >= 1)),
    );
  });
});
