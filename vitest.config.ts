import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['{apps,libs,workers,scripts}/**/*.spec.ts', 'test/{architecture,resume}/**/*.spec.ts'],
    // What needs a real Docker Engine or cluster, and figures: npm run test:docker, test:kubernetes, bench:docker.
    exclude: ['**/*.docker.spec.ts', '**/*.kubernetes.spec.ts', '**/*.bench.spec.ts', '**/node_modules/**'],
    setupFiles: ['./test/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A worker loads Nest and our libraries once, not for every file: most of the time went there. No test replaces modules.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Polls wait for what must come; how soon is never what they show.
    expect: { poll: { timeout: 20_000 } },
    // Shared machines stall for seconds. What passed only when repeated is named by the count reporter.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
});
