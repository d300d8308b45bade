import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeAll(async () => {
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
  folder = await mkdtemp(join(root, 'node_modules/.cache/packages-'));
  await run(process.execPath, [join(root, 'scripts/build-packages.mjs'), folder]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe.each([
  ['client', 64 * 1024],
  ['worker-sdk', 96 * 1024],
])('the published package %s', (name, maxBytes) => {
  it('is small, and has no decorator and no validator in it', async () => {
    const code = await readFile(join(folder, name, 'index.js'), 'utf8');
    expect(code.length).toBeLessThan(maxBytes);
    expect(code).not.toMatch(/class-validator|class-transformer|swagger|reflect-metadata|__decorate|@muster\//);
  });

  it('says what is in it', async () => {
    const manifest = JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8')) as Record<string, unknown>;
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(manifest).toMatchObject({ name: `@muster/${name}`, version, license: 'Apache-2.0', type: 'module' });
  });
});

it('the client needs nothing of Node: a browser can load it', async () => {
  const code = await readFile(join(folder, 'client/index.js'), 'utf8');
  expect(code).not.toMatch(/from ["']|import\(|\brequire\(|\bprocess\.|\bBuffer\b/);
  const { MusterClient } = (await import(pathToFileURL(join(folder, 'client/index.js')).href)) as {
    MusterClient: unknown;
  };
  expect(MusterClient).toBeTypeOf('function');
});

it('the worker SDK imports only ws and Node', async () => {
  const code = await readFile(join(folder, 'worker-sdk/index.js'), 'utf8');
  const imported = [...code.matchAll(/(?:from |import\()["']([^"']+)["']/g)].map(([, specifier]) => specifier!);
  expect(new Set(imported.filter((specifier) => !specifier.startsWith('node:')))).toEqual(new Set(['ws']));
});

it('an application in strict TypeScript compiles against the declarations alone', async () => {
  await writeFile(
    join(folder, 'application.ts'),
    `import { MusterClient, type SessionView } from '@muster/client';
import { defineWorker } from '@muster/worker-sdk';
const client = new MusterClient({ baseUrl: 'http://127.0.0.1:8600' });
const session: SessionView = await client.sessions.create({ type: 'field-lab' });
const connection = await client.connect(session.id);
const answer: number = await connection.call<number>('solver', 'add', { a: 1 });
connection.on('gap', ({ role, firstSeq }) => role.length + firstSeq + answer);
export default defineWorker({ actions: { add: (body: { a: number }, { progress }) => { progress({ text: 'x' }); return body.a; } } });
`,
  );
  const names = ['client', 'worker-sdk'];
  const paths = Object.fromEntries(
    names.map((name) => [`@muster/${name}`, [`./${name}/types/${name}/src/index.d.ts`]]),
  );
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths,
  };
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['application.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
}, 120_000);
