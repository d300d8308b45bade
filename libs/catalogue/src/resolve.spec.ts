import { fileURLToPath } from 'node:url';
import type { CatalogueType } from './entry-rules.js';
import { describe, expect, it } from 'vitest';
import { catalogueOf, referenceProblems, usersOf, withApiEntries } from './catalogue.js';
import { validateParameters } from './parameters.js';
import { readCatalogueFolder } from './read-folder.js';
import { parametersOfRole, resolveSessionType } from './resolve.js';

const shipped = fileURLToPath(new URL('../../../catalogue', import.meta.url));
const solver: CatalogueType = {
  kind: 'WorkerType',
  name: 'solver',
  run: { process: { command: ['./solver'] } },
  hardware: { cpuMillis: 500, gpu: { count: 1 } },
};
const lab: CatalogueType = {
  kind: 'SessionType',
  name: 'lab',
  roles: { main: { worker: 'solver', hardware: { memoryBytes: 1024 } } },
};
const catalogue = withApiEntries(catalogueOf([]), [solver, lab]);

describe('a resolved session type', () => {
  it('holds its worker types with every default filled in', () => {
    expect(resolveSessionType(catalogue, 'lab')).toEqual({
      name: 'lab',
      title: 'lab',
      description: '',
      roles: {
        main: {
          worker: 'solver',
          mandatory: true,
          restart: { maxTimes: 5, withinMs: 600_000, backoffMs: 500 },
          near: [],
          apart: [],
          parameters: {},
          hardware: { cpuMillis: 500, memoryBytes: 1024, gpu: { count: 1 } },
        },
      },
      workerTypes: {
        solver: {
          name: 'solver',
          run: { process: { command: ['./solver'] } },
          registers: 'self',
          env: {},
          mounts: [],
          startTimeoutMs: 30_000,
          pullTimeoutMs: 600_000,
          shutdownGraceMs: 5000,
          fenceOnIsolation: false,
          settings: {},
        },
      },
      limits: { idleMs: 1_800_000, maxAgeMs: 86_400_000, startTimeoutMs: 120_000 },
      onDisconnect: 'keep',
      priority: 50,
    });
  });

  it('is frozen all the way down and shares nothing with the catalogue', () => {
    const resolved = resolveSessionType(catalogue, 'lab');
    expect(() => Object.assign(resolved.workerTypes['solver']?.run.process ?? {}, { command: [] })).toThrow(TypeError);
    expect(Object.isFrozen(solver.run)).toBe(false);
  });

  it('survives a store: it is plain JSON', () => {
    const resolved = resolveSessionType(catalogue, 'lab');
    expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved);
  });

  it('gets 100 thousandths of a core and 64 MiB when nobody asks for hardware', () => {
    const bare: CatalogueType = { kind: 'WorkerType', name: 'solver', run: { process: { command: ['a'] } } };
    const simple: CatalogueType = { kind: 'SessionType', name: 'lab', roles: { main: { worker: 'solver' } } };
    const { roles } = resolveSessionType(withApiEntries(catalogueOf([]), [bare, simple]), 'lab');
    expect(roles['main']?.hardware).toEqual({ cpuMillis: 100, memoryBytes: 67_108_864 });
  });

  it("initialises a worker with its type's settings, the session's parameters and its role's, the later over the earlier", () => {
    const type: CatalogueType = Object.assign({}, solver, { settings: { a: 1, b: 1, c: 1 } });
    const session: CatalogueType = {
      kind: 'SessionType',
      name: 'lab',
      roles: { main: { worker: 'solver', parameters: { c: 3 } } },
    };
    const resolved = resolveSessionType(withApiEntries(catalogueOf([]), [type, session]), 'lab');
    expect(parametersOfRole(resolved, 'main', { b: 2, c: 2 })).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('of an unknown name says which one was meant', () => {
    expect(() => resolveSessionType(catalogue, 'lba')).toThrow('unknown-type: there is no session type "lba"');
    expect(() => resolveSessionType(catalogue, 'labs')).toThrow('did you mean lab?');
  });
});

describe('the catalogue over files and API', () => {
  it('keeps the entry of the file where both have the name', () => {
    const files = catalogueOf([{ type: solver, source: { kind: 'file', file: 'a.yaml', line: 1 } }]);
    const both = withApiEntries(files, [Object.assign({}, solver, { description: 'made over the API' }), lab]);
    expect(both.workerTypes.get('solver')).toEqual({ type: solver, source: { kind: 'file', file: 'a.yaml', line: 1 } });
    expect(both.sessionTypes.get('lab')?.source).toEqual({ kind: 'api' });
  });

  it('knows who uses a worker type and what an entry lacks', () => {
    expect([usersOf(catalogue, 'solver'), usersOf(catalogue, 'other')]).toEqual([['lab'], []]);
    expect(referenceProblems(catalogueOf([]), lab)).toMatchObject([{ member: 'roles.main.worker' }]);
  });
});

describe('the catalogue that is shipped', () => {
  it('resolves every session type, and each accepts empty parameters', async () => {
    const read = await readCatalogueFolder(shipped);
    const names = [...read.sessionTypes.keys()];
    expect(names).toContain('field-lab');
    expect(names.flatMap((name) => validateParameters(resolveSessionType(read, name), {}))).toEqual([]);
  });
});
