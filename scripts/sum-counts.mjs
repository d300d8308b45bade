// node scripts/sum-counts.mjs FILE...: adds up what several runs wrote with --summary-file. A missing file is a failed run.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { addUp, finish } from './run-tests.mjs';

const runs = process.argv.slice(2).map((file) =>
  existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {
        passed: [],
        failed: [`${basename(file)}: this part ended before it counted its tests; its output above says why`],
        skipped: [],
      },
);
const counts = addUp(runs);
// What one part skipped for want of a server may have run in another part, which has it.
const ran = new Set([...counts.passed, ...counts.failed]);
const withoutReason = (name) => name.replaceAll(/ \(skipped: [^)]*\)/g, '');
finish({ ...counts, skipped: counts.skipped.filter((name) => !ran.has(withoutReason(name))) });
