import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTestCode, projectOf, readSources, type Import, type SourceFile } from './sources.js';

/** A library imports libraries of the lines above its own, never beside or below it. */
const layers = [
  ['contracts', 'wording'],
  ['platform', 'store', 'placement', 'orchestrator', 'relay', 'catalogue', 'engine-guard'],
  ['identity'],
  ['hosting', 'directory', 'sessions', 'relaying'],
];

/** Published for authors of applications and clients: only wire types and frame bookkeeping, nothing of a server. */
const published: Record<string, readonly string[]> = {
  'worker-sdk': ['@muster/contracts/wire', '@muster/relay'],
  client: ['@muster/contracts/wire', '@muster/relay'],
};

/** Decisions: the same input gives the same answer, so they import neither Nest nor anything that reads or writes. */
const pure = [
  /^libs\/wording\//,
  /^libs\/engine-guard\//,
  /^libs\/placement\//,
  /^libs\/relay\//,
  /^libs\/sessions\/src\/session\.machine\.ts$/,
  /^libs\/sessions\/src\/holding\/(next-step|step-[a-z]+|restart-policy|agenda|peers)\.ts$/,
  /^libs\/sessions\/src\/admission\/(admit|queue-order|user-limits|provisioning-plan|measured-times)\.ts$/,
];

/** Each external client stands behind a port of ours; only these files know it. */
const importers: Record<string, RegExp> = {
  mongoose: /^libs\/store\/src\/mongo\//,
  // Beside the store, the keeper locks its folder by an exclusive transaction, as the store locks the data folder.
  'node:sqlite':
    /^libs\/store\/src\/(sqlite\/|installation-lock)|^libs\/orchestrator\/src\/backends\/process\/keeper\/keeper-lock\.ts$/,
  argon2: /^libs\/identity\/src\/passwords\.ts$/,
  jose: /^libs\/identity\//,
  ws: /^libs\/(relaying|worker-sdk)\/|^apps\/relay\//,
  commander: /^apps\/cli\/src\/(program|run-cli|failure)\.ts$/,
  ajv: /^libs\/catalogue\/src\/parameters\.ts$/,
  '@opentelemetry': /^libs\/platform\/src\/observability\/otlp-tracer\.ts$/,
  'prom-client': /^libs\/platform\/src\/observability\/metrics\.ts$/,
  pino: /^libs\/platform\//,
  pngjs: /^workers\/field-plot\/src\/picture\.ts$/,
  dockerode: /\/docker-api\.ts$/,
  '@kubernetes/client-node': /\/kubernetes-api\.ts$/,
  '@nestjs/platform-fastify': /^libs\/hosting\/|^apps\/[a-z-]+\/src\/[a-z-]+\.definition\.ts$/,
  'class-validator': /^libs\/(contracts|catalogue)\//,
  'node:child_process':
    /^libs\/orchestrator\/src\/backends\/(process\/|nvidia-smi\.ts$)|^libs\/directory\/src\/provisioning\/process-launcher\.ts$|^apps\/(launcher|demo)\/|^apps\/cli\/src\/commands\/up\.ts$/,
};

const sources = readSources();
const running = sources.filter((source) => !isTestCode(source.path));
const inFolder = (folder: string): SourceFile[] => running.filter((source) => source.path.startsWith(folder));

/** The imports that break a rule, each as "file -> import". */
function breaches(of: readonly SourceFile[], isBreach: (each: Import, source: SourceFile) => boolean): string[] {
  return of.flatMap((source) =>
    source.imports.filter((each) => isBreach(each, source)).map((each) => `${source.path} -> ${each.from}`),
  );
}

const isRelative = (each: Import): boolean => each.from.startsWith('.');
const targetOf = (each: Import, source: SourceFile): string => posix.join(posix.dirname(source.path), each.from);
const libraryOf = (each: Import): string | undefined => /^@muster\/([a-z-]+)/.exec(each.from)?.[1];

/** These files and all that they load, directly or not, of their own project. */
function withAllTheyLoad(files: readonly SourceFile[]): SourceFile[] {
  const byPath = new Map(running.map((source) => [source.path, source]));
  const reached = new Set(files);
  for (const source of reached) {
    for (const each of source.imports.filter((found) => isRelative(found) && !found.typeOnly)) {
      const target = byPath.get(targetOf(each, source).replace(/\.js$/, '.ts'));
      if (target !== undefined) reached.add(target);
    }
  }
  return [...reached];
}

describe('layers', () => {
  it('gives every library a place', () => {
    const placed = [...layers.flat(), ...Object.keys(published), 'testing'];
    expect(
      readdirSync('libs')
        .filter((name) => existsSync(`libs/${name}/src`))
        .sort(),
    ).toEqual(placed.sort());
  });

  it.each(layers.flatMap((layer, index) => layer.map((name) => [name, index] as const)))(
    'lets %s import only what lies below it',
    (name, index) => {
      const below = new Set(layers.slice(0, index).flat());
      const wrong = breaches(inFolder(`libs/${name}/`), (each) => {
        const library = libraryOf(each);
        return library !== undefined && library !== name && !below.has(library);
      });
      expect(wrong).toEqual([]);
    },
  );

  it.each(Object.entries(published))(
    'lets the published library %s import only wire types and frame bookkeeping',
    (name, allowed) => {
      const files = inFolder(`libs/${name}/`);
      expect(breaches(files, (each) => each.from.startsWith('@muster/') && !allowed.includes(each.from))).toEqual([]);
      expect(breaches(files, (each) => /^(@nestjs|class-|reflect-metadata|rxjs)/.test(each.from))).toEqual([]);
    },
  );

  it('lets the client run in a browser', () => {
    expect(
      breaches(inFolder('libs/client/'), (each) => !isRelative(each) && !each.from.startsWith('@muster/')),
    ).toEqual([]);
  });

  it.each(pure.map((pattern) => [pattern.source, pattern] as const))(
    'keeps %s free of Nest and of input and output',
    (_, pattern) => {
      const files = withAllTheyLoad(running.filter((source) => pattern.test(source.path)));
      expect(files).not.toEqual([]);
      const isHarmless = (each: Import): boolean =>
        each.typeOnly || isRelative(each) || /^@muster\/(contracts|relay|placement|catalogue)/.test(each.from);
      expect(breaches(files, (each) => !isHarmless(each))).toEqual([]);
    },
  );

  it('keeps clock and chance out of pure decisions', () => {
    const files = withAllTheyLoad(running.filter((source) => pure.some((pattern) => pattern.test(source.path))));
    const calls = /\b(Date\.now|Math\.random|setTimeout|setInterval|performance\.now)\b|\bnew Date\(\)/;
    expect(files.filter((source) => calls.test(source.text)).map((source) => source.path)).toEqual([]);
  });
});

describe('projects', () => {
  it('import a library by its index', () => {
    const known = /^@muster\/(contracts\/wire|platform\/(plain|bare)|catalogue\/explain-type|[a-z-]+)$/;
    expect(breaches(sources, (each) => each.from.startsWith('@muster/') && !known.test(each.from))).toEqual([]);
  });

  it('never reach into another project by a path (standalone composes apps, sample workers and their page share a geometry)', () => {
    const mayCompose = (source: SourceFile, target: string): boolean =>
      (source.path.startsWith('apps/standalone/') &&
        /^apps\/[a-z-]+\/src\/[a-z-]+\.(definition|config)\.js$/.test(target)) ||
      (source.path.startsWith('workers/') && target.startsWith('workers/')) ||
      (source.path.startsWith('apps/console/web/src/field-lab/') && target.startsWith('workers/field-')) ||
      target.startsWith('docs/reference/');
    const wrong = breaches(running, (each, source) => {
      const target = targetOf(each, source);
      return isRelative(each) && projectOf(target) !== projectOf(source.path) && !mayCompose(source, target);
    });
    expect(wrong).toEqual([]);
  });

  it('end relative imports in .js, as Node wants them', () => {
    expect(breaches(sources, (each) => isRelative(each) && !/\.(js|json|css)$/.test(each.from))).toEqual([]);
  });

  it('use test code only in tests', () => {
    const isTest = (each: Import, source: SourceFile): boolean =>
      libraryOf(each) === 'testing' ||
      each.from === 'vitest' ||
      each.from === 'fast-check' ||
      (isRelative(each) && /\.spec\.js$|\/testing\//.test(targetOf(each, source)));
    expect(breaches(running, isTest)).toEqual([]);
  });

  it('keep frameworks out of the program that holds the socket of an engine', () => {
    const own = /^(apps\/engine-proxy\/|libs\/platform\/src\/plain\.ts$)/;
    const isSmall = (each: Import): boolean =>
      each.typeOnly ||
      isRelative(each) ||
      /^(node:[a-z_/]+|pino|yaml|@muster\/(engine-guard|platform\/plain|contracts\/wire))$/.test(each.from);
    const files = withAllTheyLoad(running.filter((source) => own.test(source.path)));
    expect(breaches(files, (each) => !isSmall(each))).toEqual([]);
  });

  it('keep frameworks out of the command line, which must start fast', () => {
    const isSmall = (each: Import): boolean =>
      each.typeOnly ||
      isRelative(each) ||
      /^(node:[a-z_/]+|commander|@muster\/(client|catalogue\/explain-type|wording|platform\/bare|contracts\/wire))$/.test(
        each.from,
      );
    const bare = withAllTheyLoad(inFolder('libs/platform/src/bare.ts'));
    expect(breaches(bare, (each) => !isRelative(each) && !each.from.startsWith('node:'))).toEqual([]);
    expect(breaches(inFolder('apps/cli/'), (each) => !isSmall(each))).toEqual([]);
  });

  it('leave apps to themselves: no library and no worker imports one', () => {
    const files = running.filter((source) => !source.path.startsWith('apps/'));
    expect(breaches(files, (each, source) => isRelative(each) && targetOf(each, source).startsWith('apps/'))).toEqual(
      [],
    );
  });
});

describe('external clients', () => {
  it.each(Object.entries(importers))('%s is known to its own files only', (name, allowed) => {
    const uses = (each: Import): boolean => each.from === name || each.from.startsWith(`${name}/`);
    expect(breaches(running, (each, source) => uses(each) && !each.typeOnly && !allowed.test(source.path))).toEqual([]);
  });
});
