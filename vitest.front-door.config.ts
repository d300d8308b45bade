import { defineConfig, mergeConfig } from 'vitest/config';
import cluster from './vitest.kubernetes.config.js';

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
      expect: { poll: { timeout: 60_000 } },
    },
  }),
);
