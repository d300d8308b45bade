import { describe, expect, it } from 'vitest';
import { entryProblems } from './entry-rules.js';

const worker = (members: object): object => ({
  kind: 'WorkerType',
  name: 'solver',
  run: { process: { command: ['./solver'] } },
  ...members,
});
const session = (members: object): object => ({
  kind: 'SessionType',
  name: 'lab',
  roles: { solver: { worker: 'solver' } },
  ...members,
});
const members = (entry: unknown): string[] => entryProblems(entry).map((problem) => problem.member);

describe('a worker type', () => {
  it('needs a kind, a name and a way to run', () => {
    expect(entryProblems(worker({}))).toEqual([]);
    expect(members({ kind: 'WorkerType' })).toEqual(['name', 'run']);
    expect(members({ kind: 'Worker', name: 'x' })).toEqual(['kind']);
    expect(members([])).toEqual(['']);
  });

  it('says what a misspelt member was meant to be', () => {
    expect(entryProblems(worker({ hardwear: {}, run: { proces: {} } }))).toEqual([
      { member: 'hardwear', reason: 'is not a known member', fix: 'did you mean hardware?' },
      { member: 'run.proces', reason: 'is not a known member', fix: 'did you mean process?' },
    ]);
  });

  it.each([
    ['neither process nor image', { run: {} }, 'run'],
    ['module and command', { run: { process: { module: 'workers/a', command: ['a'] } } }, 'run.process'],
    ['an empty command', { run: { process: { command: [] } } }, 'run.process.command'],
    ['a module outside of the installation', { run: { process: { module: '../../etc' } } }, 'run.process.module'],
    ['a spare for a command', { run: { process: { command: ['a'], spare: true } } }, 'run.process.spare'],
    ['an absolute module', { run: { process: { module: '/etc/passwd' } } }, 'run.process.module'],
    ['an image for an unknown system', { run: { image: { beos: 'a:1' } } }, 'run.image.beos'],
    ['an image without a name', { run: { image: { 'windows-10.0.20348': ' ' } } }, 'run.image.windows-10.0.20348'],
    ['a command of an image without an image', { run: { process: { command: ['a'] }, command: ['b'] } }, 'run.command'],
    ['a probe without a way', { registers: { node: {} } }, 'registers.node'],
    ['a probe with two ways', { registers: { node: { httpGet: '/', tcp: true } } }, 'registers.node'],
    ['a probe of a relative path', { registers: { node: { httpGet: 'ready' } } }, 'registers.node.httpGet'],
    [
      'a module that does not register',
      { run: { process: { module: 'a' } }, registers: { node: { tcp: true } } },
      'registers',
    ],
    ['another word for registers', { registers: 'me' }, 'registers'],
    ['a secret that is no file', { env: { LICENCE: { secret: 'licence' } } }, 'env.LICENCE'],
    ['a reserved variable', { env: { MUSTER_TOKEN: 'x' } }, 'env.MUSTER_TOKEN'],
    ['a number as a variable', { env: { LEVEL: 3 } }, 'env.LEVEL'],
    [
      'two mounts at one path',
      {
        mounts: [
          { name: 'a', path: '/a' },
          { name: 'b', path: '/a' },
        ],
      },
      'mounts.1.path',
    ],
    ['a relative mount', { mounts: [{ name: 'a', path: 'a' }] }, 'mounts.0.path'],
    ['whole cards and a share', { hardware: { gpu: { count: 1, share: 0.5 } } }, 'hardware.gpu'],
    ['a size in words', { hardware: { memoryBytes: '256Mi' } }, 'hardware.memoryBytes'],
  ])('refuses %s', (_, wrong, member) => {
    expect(members(worker(wrong))).toEqual([member]);
  });

  it('accepts images per build, secrets as files, mounts and a GPU share', () => {
    const full = worker({
      run: {
        process: { module: 'workers/a' },
        image: { linux: 'a:1', 'windows-10.0.20348': 'a:1-ltsc2022' },
        command: ['a'],
      },
      registers: 'self',
      env: { LICENCE_FILE: { secret: 'licence-server' }, MODE: 'fast' },
      mounts: [{ name: 'project', path: '/project', readOnly: true }],
      hardware: { gpu: { share: 0.25, memoryBytes: 2 ** 31, optional: true } },
      settings: { anything: [1, 2] },
    });
    expect(entryProblems(full)).toEqual([]);
  });
});

describe('a session type', () => {
  it('names what is wrong in each role at once', () => {
    const roles = {
      solver: { worker: 'a', restart: { maxTimes: -1, withinMs: 1 } },
      'Not a name': { worker: 'a' },
      plot: { wroker: 'b' },
    };
    expect(entryProblems(session({ roles }))).toEqual([
      { member: 'roles.solver.restart.maxTimes', reason: 'must not be less than 0' },
      { member: 'roles.Not a name', reason: expect.stringContaining('is not a name for a role') },
      { member: 'roles.plot.wroker', reason: 'is not a known member', fix: 'did you mean worker?' },
      { member: 'roles.plot.worker', reason: expect.stringContaining('must be') },
    ]);
  });

  it.each([
    ['no role', { roles: {} }, 'roles'],
    ['no mandatory role', { roles: { a: { worker: 'a', mandatory: false } } }, 'roles'],
    ['a neighbour that is no role', { roles: { a: { worker: 'a', near: ['b'] } } }, 'roles.a.near.0'],
    ['a role apart from itself', { roles: { a: { worker: 'a', apart: ['a'] } } }, 'roles.a.apart.0'],
    ['a schema that is none', { parameters: { type: 'objekt' } }, 'parameters'],
    ['a schema with a misspelt keyword', { parameters: { type: 'object', propertys: {} } }, 'parameters'],
    [
      'a schema that refers to another computer',
      { parameters: { $ref: 'https://example.com/schema.json' } },
      'parameters',
    ],
    ['an idle limit above the age', { limits: { idleMs: 2, maxAgeMs: 1 } }, 'limits.idleMs'],
    [
      'a GPU count with a share in a role',
      { roles: { a: { worker: 'a', hardware: { gpu: { count: 1, share: 1 } } } } },
      'roles.a.hardware.gpu',
    ],
  ])('refuses %s', (_, wrong, member) => {
    expect(members(session(wrong))).toEqual([member]);
  });

  it('refuses roles that must be near each other, over a third one, and apart', () => {
    const roles = {
      a: { worker: 'w', near: ['b'] },
      b: { worker: 'w' },
      c: { worker: 'w', near: ['b'], apart: ['a'] },
    };
    expect(entryProblems(session({ roles }))).toEqual([
      {
        member: 'roles.c.apart.0',
        reason: 'c and a must be near each other as well',
        fix: 'remove one of near and apart',
      },
    ]);
  });
});
