import { defineConfig } from 'rolldown';
export default defineConfig({
  input: { spike: 'apps/spike/src/main.ts' },
  platform: 'node',
  tsconfig: 'tsconfig.json',
  external: (id) => /^[^./\0]/.test(id) && !/^(@muster|@oxc-project)\//.test(id) && !id.startsWith('apps/') ,
  output: { dir: 'dist', format: 'esm', keepNames: true, sourcemap: true, cleanDir: true },
});
