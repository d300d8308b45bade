import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionStatesPage } from '@muster/sessions';
import { describeApi } from './describe-api.js';
import { cataloguePage } from './reference/catalogue-page.js';
import { closeCodesPage } from './reference/close-codes-page.js';
import { commandLinePage } from './reference/command-line-page.js';
import { configurationPage } from './reference/configuration-page.js';
import { errorsPage } from './reference/errors-page.js';
import { metricsPage } from './reference/metrics-page.js';

/** Writes the reference pages that are made from the running code: `node dist/generate.js FOLDER`. */
const folder = process.argv[2] ?? 'docs/reference';
const dataDir = await mkdtemp(join(tmpdir(), 'muster-generate-'));
try {
  const document = await describeApi(dataDir);
  const pages = {
    'openapi.json': JSON.stringify(document),
    'configuration.md': configurationPage(),
    'command-line.md': commandLinePage(),
    'errors.md': errorsPage(),
    'metrics.md': metricsPage(),
    'session-states.md': sessionStatesPage(),
    'close-codes.md': closeCodesPage(),
    'catalogue.md': cataloguePage(document),
  };
  for (const [name, text] of Object.entries(pages)) await writeFile(join(folder, name), text);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);
