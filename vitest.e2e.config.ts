import { defineConfig } from 'vitest/config';

/** The system through its real interfaces, on the built output: every test in both ways to run it. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    setupFiles: ['./test/setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 90_000,
    // Polls wait for what must come; how soon is never what they show.
    expect: { poll: { timeout: 60_000 } },
    // Shared machines stall for seconds. What passed only when repeated is named by the count reporter.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    projects: ['standalone', 'services'].map((mode) => ({
      extends: true as const,
      test: { name: mode, include: ['test/e2e/**/*.spec.ts'], env: { MUSTER_TEST_MODE: mode } },
    })),
  },
});
