// npm run test:docker: what needs a real Docker Engine, on the one that DOCKER_HOST names; its containers are the tests' own.
import { spawnSync } from 'node:child_process';
import { addUp, finish, parseArguments, runTests } from './run-tests.mjs';

const { summaryFile, rest } = parseArguments(process.argv.slice(2));
if (process.env.DOCKER_HOST === undefined || process.env.DOCKER_HOST === '') {
  console.log(
    'DOCKER_HOST is not set, so nothing was run. Name an engine that tests may use: DOCKER_HOST=unix:///var/run/docker.sock npm run test:docker',
  );
  finish({ passed: [], failed: [], skipped: [] }, summaryFile);
}
// The compose file is tested with the images of this very source.
const images = spawnSync(process.execPath, ['scripts/build-images.mjs'], { stdio: 'inherit' });
if (images.status !== 0) finish({ passed: [], failed: ['the images could not be built'], skipped: [] }, summaryFile);
// Programs of tests, for workers in containers.
const programs = spawnSync('docker', ['build', '--quiet', '--tag', 'muster.test/programs:1', 'test/e2e/programs'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (programs.status !== 0)
  finish({ passed: [], failed: ['the image of the test programs could not be built'], skipped: [] }, summaryFile);
const narrowed = rest.length > 0 ? ['--passWithNoTests', ...rest] : [];
const endToEnd = ['--config', 'vitest.e2e.config.ts', '--project', 'standalone', ...narrowed];
const runs = [
  runTests('on a real engine', ['--config', 'vitest.docker.config.ts', ...narrowed]),
  runTests('end to end with workers in containers', endToEnd, { ...process.env, MUSTER_TEST_BACKEND: 'docker' }),
];
finish(addUp(runs), summaryFile);
