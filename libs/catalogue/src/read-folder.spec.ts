import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CatalogueError } from './problems.js';
import { readCatalogueFolder } from './read-folder.js';

const worker = (name: string): string => `kind: WorkerType\nname: ${name}\nrun: { process: { command: [a] } }\n`;
const lab = 'kind: SessionType\nname: lab\nroles:\n  solver: { worker: solver }\n';

describe('the catalogue folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (file: string, content: string | Uint8Array): Promise<void> => writeFile(join(folder, file), content);
  const problems = async (): Promise<string[]> => {
    const error = await readCatalogueFolder(folder).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CatalogueError);
    return (error as CatalogueError).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  };

  it('is read over all its files, links too; other and hidden files are left out', async () => {
    await write('a.yaml', lab);
    await write('b.yml', worker('solver'));
    await write('c.json', JSON.stringify({ kind: 'WorkerType', name: 'plot', run: { image: { linux: 'plot:1' } } }));
    await write('README.md', 'not: [yaml');
    await write('.hidden.yaml', 'not: [yaml');
    await write('data', worker('linked'));
    await symlink('data', join(folder, 'd.yaml'));
    const catalogue = await readCatalogueFolder(folder);
    expect([...catalogue.sessionTypes.keys(), ...catalogue.workerTypes.keys()]).toEqual([
      'lab',
      'solver',
      'plot',
      'linked',
    ]);
    expect(catalogue.workerTypes.get('solver')?.source).toEqual({ kind: 'file', file: 'b.yml', line: 1 });
  });

  it('reports what is wrong in all files at once', async () => {
    await write('a.yaml', 'kind: [');
    await write('b.yaml', 'kind: SessionTyp\n');
    await write('c.yaml', new Uint8Array([0x6b, 0xff, 0xfe]));
    await write('d.yaml', '#'.repeat(2 ** 20 + 1));
    expect((await problems()).map((line) => line.slice(0, 6))).toEqual(['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml']);
  });

  it('refuses a worker type that nobody defines and says which was meant', async () => {
    await write('a.yaml', lab);
    await write('b.yaml', worker('solvr'));
    expect(await problems()).toEqual([
      'a.yaml:4:13 roles.solver.worker no worker type is named "solver"; did you mean solvr?',
    ]);
  });

  it('refuses a name that is used twice and says where', async () => {
    await write('a.yaml', worker('solver'));
    await write('b.yaml', `${lab}---\n${worker('solver')}`);
    expect(await problems()).toEqual([
      'b.yaml:7:1 name WorkerType "solver" is in a.yaml:1 too; rename or remove one of them',
    ]);
  });

  it('says so when it is not there', async () => {
    await rm(folder, { recursive: true });
    expect(await problems()).toEqual([expect.stringContaining('cannot be read (ENOENT)')]);
  });
});
