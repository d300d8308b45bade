import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeApi } from './describe-api.js';

/** Writes the generated reference pages into the folder that is named: `node dist/generate.js docs/reference`. */
const folder = process.argv[2] ?? 'docs/reference';
const dataDir = await mkdtemp(join(tmpdir(), 'muster-generate-'));
try {
  const document = await describeApi(dataDir);
  await writeFile(join(folder, 'openapi.json'), `${JSON.stringify(document, undefined, 2)}\n`);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);
