// npm test: unit and architecture tests, then the whole system end to end on the built output,
// once as one process and once as one process per service.
// Arguments narrow both runs, as Vitest's own do: npm test -- libs/store
import { addUp, finish, parseArguments, runTests } from './run-tests.mjs';

const { summaryFile, rest } = parseArguments(process.argv.slice(2));
const narrowed = rest.length > 0 ? ['--passWithNoTests', ...rest] : [];
// What needs a server of its own runs where it is given: npm run test:mongo.
const { MONGODB_URI: _, ...environment } = process.env;
const runs = [
  runTests('unit and architecture', narrowed, environment),
  runTests('end to end', ['--config', 'vitest.e2e.config.ts', ...narrowed], environment),
];
finish(addUp(runs), summaryFile);
