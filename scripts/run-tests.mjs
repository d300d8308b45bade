// Runs Vitest and adds up what it counted; used by test.mjs, test-mongo.mjs and sum-counts.mjs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs Vitest with these arguments. A run that ends without counting, or found nothing, has failed. */
export function runTests(name, args, environment = process.env) {
  const folder = mkdtempSync(join(tmpdir(), 'test-counts-'));
  const file = join(folder, 'counts.json');
  console.log(`\n== ${name}`);
  try {
    const run = spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=./scripts/count-reporter.mjs',
        ...args,
      ],
      { stdio: 'inherit', env: { ...environment, TEST_COUNTS_FILE: file } },
    );
    return judged(name, run.status, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judged(name, status, file) {
  const counts = read(file);
  if (counts === undefined)
    return { passed: [], failed: [`${name}: the run ended (${status}) without a result`], skipped: [] };
  const total = counts.passed.length + counts.failed.length + counts.skipped.length;
  if (total === 0) return { ...counts, failed: [`${name}: no test was found`] };
  if (status !== 0 && counts.failed.length === 0)
    return { ...counts, failed: [`${name}: the run ended with ${status}`] };
  return { ...counts, failed: counts.failed.map((each) => `${name}: ${each}`) };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

export function addUp(runs) {
  return {
    passed: runs.flatMap((each) => each.passed),
    failed: runs.flatMap((each) => each.failed),
    skipped: runs.flatMap((each) => each.skipped),
  };
}

/** Prints what was skipped and what failed, by name; the last line is `N passed, N failed, N skipped`. Answers the exit status. */
export function report(counts) {
  for (const [title, names] of [
    ['Skipped', counts.skipped],
    ['Failed', counts.failed],
  ])
    if (names.length > 0) console.log(`\n${title}:\n${names.map((each) => `  - ${each}`).join('\n')}`);
  console.log(`\n${counts.passed.length} passed, ${counts.failed.length} failed, ${counts.skipped.length} skipped`);
  return counts.failed.length === 0 ? 0 : 1;
}

/** `--summary-file PATH`: writes the counts there too, for sum-counts.mjs. Other arguments are passed on to Vitest. */
export function finish(counts, summaryFile) {
  if (summaryFile !== undefined) writeFileSync(summaryFile, JSON.stringify(counts));
  process.exit(report(counts));
}

/** The value of `--summary-file`, and the other arguments. */
export function parseArguments(args) {
  const index = args.indexOf('--summary-file');
  if (index === -1) return { summaryFile: undefined, rest: args };
  return { summaryFile: args[index + 1], rest: args.filter((_, each) => each !== index && each !== index + 1) };
}
