import { defineConfig } from 'vitest/config';

/** Figures, each beside those of what it is measured against: `npm run bench`, `bench:docker`. They need a quiet computer. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['{apps,libs,test}/**/*.bench.spec.ts'],
    setupFiles: ['./test/setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
  },
});
