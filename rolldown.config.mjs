import { defineConfig } from 'rolldown';
// Files that are started beside a bundle, as threads or processes of their own, and found next to it.
const startedFiles = { 'sqlite-thread': './libs/store/src/sqlite/sqlite-thread.ts', keeper: './libs/orchestrator/src/backends/process/keeper/main.ts' };

export default defineConfig({
  input: { ...startedFiles, spike: 'apps/spike/src/main.ts' },
  platform: 'node',
  tsconfig: 'tsconfig.json',
  external: (id) => /^[^./\0]/.test(id) && !/^(@muster|@oxc-project)\//.test(id) && !id.startsWith('apps/') ,
  output: { dir: 'dist', format: 'esm', keepNames: true, sourcemap: true, cleanDir: true },
});
