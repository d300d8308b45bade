import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let built: Promise<string> | undefined;

/** Bundles the keeper from its source and returns the file, for tests that run without a build. Made once per process. */
export function buildKeeper(): Promise<string> {
  return (built ??= build());
}

async function build(): Promise<string> {
  const bundle = await rolldown({
    input: join(root, 'libs/orchestrator/src/backends/process/keeper/main.ts'),
    platform: 'node',
    tsconfig: join(root, 'tsconfig.json'),
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  return keep(output[0].code);
}

/** Named by its content, so that test processes share it and none sees half of it. */
async function keep(code: string): Promise<string> {
  const folder = join(root, 'node_modules/.cache/muster');
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const file = join(folder, `keeper-${hash}.mjs`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, code);
  await rename(`${file}.${process.pid}`, file);
  return file;
}
