import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { adminPasswordFile } from '@muster/identity';

/** What the person who started a whole installation sees: where everything is, and how to get in. */
export function greeting(publicUrl: string, dataDir: string): string {
  const file = join(dataDir, adminPasswordFile);
  const password = existsSync(file) ? `, with the password in ${relative('.', file)}` : '';
  return [
    '',
    '  Muster is running',
    `    Front page   ${publicUrl}/`,
    `    Swagger UI   ${publicUrl}/docs`,
    `    Log in       POST ${publicUrl}/v1/auth/login as admin${password}`,
    '    Stop         Ctrl-C',
    '',
    '',
  ].join('\n');
}
