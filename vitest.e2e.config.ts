import { defineConfig } from 'vitest/config';

/** The system through its real interfaces, on the built output. Each file starts its own system. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/e2e/**/*.spec.ts'],
    setupFiles: ['./test/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
