import { defineConfig } from 'vitest/config';

/** What needs a real cluster: `npm run test:kubernetes`. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['{apps,libs,test}/**/*.kubernetes.spec.ts'],
    setupFiles: ['./test/setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Shared machines stall for seconds. What passed only when repeated is named by the count reporter.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
});
