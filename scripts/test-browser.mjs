// npm run test:browser: the page in a real browser, on the built output. Uses the Chromium of this computer, or TEST_BROWSER.
// TEST_PICTURES=1 also writes the pictures of the manual anew.
import { addUp, finish, parseArguments, runTests } from './run-tests.mjs';

const { summaryFile, rest } = parseArguments(process.argv.slice(2));
const narrowed = rest.length > 0 ? ['--passWithNoTests', ...rest] : [];
finish(addUp([runTests('in a browser', ['--config', 'vitest.browser.config.ts', ...narrowed])]), summaryFile);
