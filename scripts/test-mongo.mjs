// npm run test:mongo: the store's conformance suite and the end-to-end tests on the MongoDB server that MONGODB_URI names.
import { addUp, finish, parseArguments, runTests } from './run-tests.mjs';

const { summaryFile, rest } = parseArguments(process.argv.slice(2));
if (process.env.MONGODB_URI === undefined || process.env.MONGODB_URI === '') {
  console.log(
    'MONGODB_URI is not set, so nothing was run. Name a server that tests may fill: MONGODB_URI=mongodb://127.0.0.1:27017/muster npm run test:mongo',
  );
  finish({ passed: [], failed: [], skipped: [] }, summaryFile);
}
const runs = [
  runTests('document store on MongoDB', ['libs/store/src/mongo', ...rest]),
  runTests('end to end on MongoDB', ['--config', 'vitest.e2e.config.ts', ...rest]),
];
finish(addUp(runs), summaryFile);
