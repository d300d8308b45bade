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
    `    Page         ${publicUrl}/`,
    `    Log in       as admin${password}`,
    `    Swagger UI   ${publicUrl}/docs`,
    '    Stop         Ctrl-C',
    '',
    '',
  ].join('\n');
}
