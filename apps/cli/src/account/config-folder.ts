import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../context.js';

/** Where a user's settings of programs are, by the XDG base directory rules; on Windows in the roaming profile. */
export function loginFile(environment: Environment): string {
  const xdg = environment['XDG_CONFIG_HOME'];
  const windows = process.platform === 'win32' ? environment['APPDATA'] : undefined;
  const home = environment['HOME'] ?? homedir();
  return join(xdg !== undefined && xdg !== '' ? xdg : (windows ?? join(home, '.config')), 'muster', 'logins.json');
}
