// npm run test:docker: what needs a real Docker Engine, on the one that DOCKER_HOST names; its containers are the tests' own.
import { addUp, finish, parseArguments, runTests } from './run-tests.mjs';

const { summaryFile, rest } = parseArguments(process.argv.slice(2));
if (process.env.DOCKER_HOST === undefined || process.env.DOCKER_HOST === '') {
  console.log(
    'DOCKER_HOST is not set, so nothing was run. Name an engine that tests may use: DOCKER_HOST=unix:///var/run/docker.sock npm run test:docker',
  );
  finish({ passed: [], failed: [], skipped: [] }, summaryFile);
}
const runs = [runTests('docker back end on a real engine', ['--config', 'vitest.docker.config.ts', ...rest])];
finish(addUp(runs), summaryFile);
