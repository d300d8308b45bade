import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFailure } from '@muster/hosting';
import { launch } from './launch.js';

try {
  await launch(process.env, dirname(fileURLToPath(import.meta.url)));
} catch (error) {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
}
