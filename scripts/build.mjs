// Builds dist/: every program and every file that is started beside one. `--if-needed` does nothing when no source is newer.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const stamp = 'dist/.built';

function newestIn(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

function isFresh() {
  try {
    const built = statSync(stamp).mtimeMs;
    return ['apps', 'libs', 'workers', 'docs/reference/openapi.json', 'rolldown.config.mjs', 'package-lock.json'].every(
      (path) => newestIn(path) < built,
    );
  } catch {
    return false;
  }
}

if (process.argv.includes('--if-needed') && isFresh()) process.exit(0);
rmSync('dist', { recursive: true, force: true });
const built = spawnSync(process.execPath, ['node_modules/rolldown/bin/cli.mjs', '-c', '--logLevel', 'warn'], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);
const page = spawnSync(
  process.execPath,
  ['node_modules/vite/bin/vite.js', 'build', '--config', 'apps/console/web/vite.config.ts'],
  {
    stdio: 'inherit',
  },
);
if (page.status !== 0) process.exit(page.status ?? 1);
mkdirSync('dist', { recursive: true });
// `muster` is started by its name.
chmodSync('dist/cli.js', 0o755);
writeFileSync(stamp, new Date().toISOString());
