import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'rolldown';

/** Files that are started beside a bundle, as threads or processes of their own, and found next to it; and the writer of the reference. */
const startedFiles = {
  generate: './apps/standalone/src/generate.ts',
  'sqlite-thread': './libs/store/src/sqlite/sqlite-thread.ts',
  keeper: './libs/orchestrator/src/backends/process/keeper/main.ts',
};

/** Every folder of `parent` that has a src/main.ts is a program: dist/<prefix><folder>.js. */
function programsIn(parent, prefix) {
  const folders = readdirSync(parent).filter((name) => existsSync(`./${parent}/${name}/src/main.ts`));
  return Object.fromEntries(folders.map((name) => [prefix + name, `./${parent}/${name}/src/main.ts`]));
}

export default defineConfig({
  input: { ...startedFiles, ...programsIn('apps', ''), ...programsIn('workers', 'workers/') },
  platform: 'node',
  tsconfig: 'tsconfig.json',
  external: (id) => /^[^./\0]/.test(id) && !/^(@muster|@oxc-project)\//.test(id),
  // Class names are injection tokens and log contexts.
  output: { dir: 'dist', format: 'esm', keepNames: true, sourcemap: true, chunkFileNames: '[name]-[hash].js' },
});
