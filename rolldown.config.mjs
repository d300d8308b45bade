import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'rolldown';

/** Files that are started beside a bundle, as threads or processes of their own, and found next to it. */
const startedFiles = {
  'sqlite-thread': './libs/store/src/sqlite/sqlite-thread.ts',
  keeper: './libs/orchestrator/src/backends/process/keeper/main.ts',
};

/** Every folder of `parent` that has a src/main.ts is a program: dist/<prefix><folder>.js. */
function programsIn(parent, prefix) {
  const folders = readdirSync(parent).filter((name) => existsSync(`./${parent}/${name}/src/main.ts`));
  return Object.fromEntries(folders.map((name) => [prefix + name, `./${parent}/${name}/src/main.ts`]));
}

/** Packages of node_modules stay outside, except those of `inside`. */
function isOutside(id, inside = []) {
  if (!/^[^./\0]/.test(id) || /^(@muster|@oxc-project)\//.test(id)) return false;
  return !inside.some((name) => id === name || id.startsWith(`${name}/`));
}

/** What a static import of these packages gets is this text; a dynamic import gets the package. */
function replacedPackages(packages) {
  return {
    name: 'replaced-packages',
    resolveId: (id, _importer, { kind }) =>
      id in packages && kind !== 'dynamic-import' ? `\0replaced:${id}` : id in packages ? { id, external: true } : null,
    load: (id) => (id.startsWith('\0replaced:') ? packages[id.slice('\0replaced:'.length)] : null),
  };
}

const decorators = [
  'ApiBearerAuth',
  'ApiExcludeController',
  'ApiExtension',
  'ApiExtraModels',
  'ApiHeader',
  'ApiOperation',
  'ApiParam',
  'ApiProperty',
  'ApiPropertyOptional',
  'ApiResponse',
  'ApiTags',
];
/**
 * The API is described where its document is generated. A running service has the document, and its memory would hold the
 * describer for nothing.
 */
const noDescription = `${decorators.map((name) => `export const ${name} = () => () => undefined;`).join('\n')}
export const getSchemaPath = () => '';
export const DocumentBuilder = undefined;`;
/** The client of the engine can also build images and speak over ssh, for which it loads much that nothing here asks of it. */
const unused = 'module.exports = {};';
const replaced = {
  '@nestjs/swagger': noDescription,
  '@grpc/grpc-js': unused,
  '@grpc/proto-loader': unused,
  protobufjs: unused,
  ssh2: unused,
  'libphonenumber-js/max': 'export const parsePhoneNumber = undefined;',
};

/** In the bundles, so that what is replaced in them is. */
const bundled = ['dockerode', 'docker-modem', 'class-validator', 'validator', 'commander'];

// Class names are injection tokens and log contexts.
const output = { dir: 'dist', format: 'esm', keepNames: true, sourcemap: true, chunkFileNames: '[name]-[hash].js' };
const common = { platform: 'node', tsconfig: 'tsconfig.json', output };

export default defineConfig([
  {
    ...common,
    input: { ...startedFiles, ...programsIn('apps', ''), ...programsIn('workers', 'workers/') },
    external: (id) => isOutside(id, [...bundled, ...Object.keys(replaced)]),
    plugins: [replacedPackages(replaced)],
    resolve: { mainFields: ['module', 'main'] },
  },
  { ...common, input: { generate: './apps/standalone/src/generate.ts' }, external: (id) => isOutside(id) },
]);
