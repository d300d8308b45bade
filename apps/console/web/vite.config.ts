import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page at `/`. What it shares with the services comes from their sources, as in `tsconfig.json`. */
export default defineConfig({
  root: local('.'),
  base: '/',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { tsconfigPaths: true },
  build: {
    outDir: local('../../../dist/console-web'),
    emptyOutDir: true,
    target: 'es2022',
    // A data: address would need a gap in the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
});
