import { defineConfig, mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import cluster from './vitest.kubernetes.config.js';

/** What looks at lists of sessions wants to see its own only. */
const first = 'session-life.spec.ts';

class FreshSystemFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) => Number(other.moduleId.endsWith(first)) - Number(one.moduleId.endsWith(first)),
    );
  }
}

/**
 * The end-to-end tests through the front door of the `dev` overlay, which is applied for them to a real cluster. Those are not here that
 * start, stop or kill programs on this computer, or declare nodes in a file: on a cluster `test/kubernetes` has their like.
 */
export default mergeConfig(
  { ...cluster, test: { ...cluster.test, include: [] } },
  defineConfig({
    test: {
      include: ['test/e2e/{api-answers,refus*,session-life,users,workers-in-trouble}.spec.ts'],
      globalSetup: './test/kubernetes/through-the-front-door.ts',
      env: { MUSTER_TEST_MODE: 'cluster', MUSTER_TEST_BACKEND: 'kubernetes' },
      isolate: false,
      sequence: { sequencer: FreshSystemFirst },
      expect: { poll: { timeout: 60_000 } },
    },
  }),
);
