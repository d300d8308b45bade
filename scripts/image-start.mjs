// Entry point of the images: runs a program by its name in this very process, which is process 1 of its container.
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { image, programs } = JSON.parse(readFileSync(here('programs.json'), 'utf8'));
const [name, ...rest] = process.argv.slice(2);

// Process 1 has no default action for signals: until the program handles them itself, they end it.
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + (signal === 'SIGTERM' ? 15 : 2));
  });

if (programs.includes(name))
  await run(image === 'workers' ? ['worker', here(`dist/workers/${name}.js`)] : [name, ...rest]);
else if (image === 'workers' && name !== undefined && isAbsolute(name)) await run(['worker', name]);
else explain();

async function run([program, ...programArguments]) {
  const file = here(`dist/${program}.js`);
  process.argv = [process.execPath, file, ...programArguments];
  await import(pathToFileURL(file).href);
}

function explain() {
  const what =
    image === 'workers'
      ? 'a sample worker, or the absolute path of a module whose default export is made by defineWorker. Muster starts workers itself; the catalogue names this image and one of these'
      : 'one of the services. compose/README.md of the repository tells how to run all of them';
  const wrong = name === undefined ? '' : `There is no "${name}" in this image.\n`;
  process.stderr.write(
    `${wrong}The command of this image is ${what}:\n${programs.map((each) => `  ${each}\n`).join('')}`,
  );
  process.exit(name === undefined ? 0 : 64);
}
