// gather-image.mjs FOLDER services|workers: copies from dist/ the programs of an image and the files that they load, and the
// image's entry point. Everything else in dist/ (other programs, source maps) stays out.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const notServices = ['cli', 'demo', 'launcher', 'standalone', 'worker'];
const startedFiles = ['sqlite-thread', 'keeper'];

const [folder, image] = process.argv.slice(2);
const programs = image === 'workers' ? foldersWithMain('workers') : servicePrograms();
const files =
  image === 'workers' ? ['worker', ...programs.map((name) => `workers/${name}`)] : [...programs, ...startedFiles];
for (const file of withAllTheyLoad(files.map((name) => `${name}.js`))) {
  const target = join(folder, 'dist', file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join('dist', file), target);
}
if (image === 'services') cpSync('dist/console-web', join(folder, 'dist/console-web'), { recursive: true });
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify({ name: `muster-${image}`, private: true, type: 'module' })}\n`,
);
writeFileSync(join(folder, 'programs.json'), `${JSON.stringify({ image, programs })}\n`);
copyFileSync('scripts/image-start.mjs', join(folder, 'start.mjs'));

function foldersWithMain(parent) {
  return readdirSync(parent).filter((name) => existsSync(join(parent, name, 'src/main.ts')));
}

function servicePrograms() {
  return foldersWithMain('apps').filter((name) => !notServices.includes(name));
}

/** Follows static and dynamic imports of neighbours. */
function withAllTheyLoad(names) {
  const reached = new Set(names);
  for (const name of reached) {
    const text = readFileSync(join('dist', name), 'utf8');
    for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+\.js)["']/g))
      reached.add(posix.join(posix.dirname(name), target));
  }
  return reached;
}
