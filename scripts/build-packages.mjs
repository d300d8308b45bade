// Builds the two published packages into dist/packages (or the folder given): one ESM file and its declarations each.
import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = resolve(process.argv[2] ?? join(root, 'dist/packages'));
const packages = ['client', 'worker-sdk'];
/** Where the declarations of a library begin; only what is reached from a package's index is kept. */
const declarationsOf = {
  '@muster/contracts/wire': 'contracts/src/wire.js',
  '@muster/relay': 'relay/src/index.js',
};

async function bundle(name) {
  const build = await rolldown({
    input: join(root, `libs/${name}/src/index.ts`),
    platform: name === 'client' ? 'browser' : 'node',
    tsconfig: join(root, 'tsconfig.json'),
    external: ['ws', /^node:/],
  });
  await build.write({ file: join(outDir, name, 'index.js'), format: 'esm', keepNames: true, codeSplitting: false });
  await build.close();
}

/** Copies a declaration and all it imports, our own libraries named by relative paths. */
async function copyDeclarations(from, to, file, seen = new Set()) {
  if (seen.has(file)) return;
  seen.add(file);
  const text = await readFile(join(from, file.replace(/\.js$/, '.d.ts')), 'utf8');
  const imported = [];
  const rewritten = text.replace(/(from |import\()(['"])([.@][^'"]+)\2/g, (whole, keyword, quote, specifier) => {
    const target =
      declarationsOf[specifier] ?? (specifier.startsWith('.') ? join(dirname(file), specifier) : undefined);
    if (target === undefined) return whole;
    imported.push(target);
    const path = relative(dirname(file), target);
    return `${keyword}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });
  const target = join(to, file.replace(/\.js$/, '.d.ts'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, rewritten);
  for (const next of imported) await copyDeclarations(from, to, next, seen);
}

async function emitDeclarations() {
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
  const folder = await mkdtemp(join(root, 'node_modules/.cache/declarations-'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', join(root, 'tsconfig.packages.json'), '--outDir', folder]);
  return folder;
}

async function finish(name, declarations) {
  const folder = join(outDir, name);
  await copyDeclarations(declarations, join(folder, 'types'), `${name}/src/index.js`);
  const manifest = JSON.parse(await readFile(join(root, `libs/${name}/package.json`), 'utf8'));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
  await cp(join(root, `libs/${name}/README.md`), join(folder, 'README.md'));
  const licence = join(root, 'LICENSE');
  if (
    await access(licence).then(
      () => true,
      () => false,
    )
  )
    await cp(licence, join(folder, 'LICENSE'));
}

for (const name of packages) await rm(join(outDir, name), { recursive: true, force: true });
const [declarations] = await Promise.all([emitDeclarations(), ...packages.map(bundle)]);
for (const name of packages) await finish(name, declarations);
await rm(declarations, { recursive: true });
