import { writeFileSync } from 'node:fs';

/** A Vitest reporter: writes which tests passed, failed and were skipped (with the reason) to $TEST_COUNTS_FILE. */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: [], failed: [], skipped: [] };
    const repeated = [];
    for (const module of modules) {
      const { name } = module.project;
      const file = name ? `${module.relativeModuleId} (${name})` : module.relativeModuleId;
      for (const error of module.errors()) counts.failed.push(`${file}: ${error.message}`);
      for (const suite of module.children.allSuites())
        for (const error of suite.errors()) counts.failed.push(`${file} > ${suite.fullName}: ${error.message}`);
      for (const test of module.children.allTests()) {
        count(counts, `${file} > ${test.fullName}`, test.result());
        if (test.diagnostic()?.flaky) repeated.push(`${file} > ${test.fullName}`);
      }
    }
    if (repeated.length > 0)
      console.log(
        `\nPassed only when repeated, so to be looked into:\n${repeated.map((each) => `  - ${each}`).join('\n')}`,
      );
    for (const error of unhandledErrors) counts.failed.push(`outside of any test: ${error.message}`);
    writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}

function count(counts, name, result) {
  if (result.state === 'passed') counts.passed.push(name);
  else if (result.state === 'skipped') counts.skipped.push(result.note ? `${name}: ${result.note}` : name);
  else counts.failed.push(name);
}
