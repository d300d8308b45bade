import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importsOf, repositoryFiles } from './sources.js';

interface Package {
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Package;

/** Needed although no file of ours imports them, and why. */
const needed: Record<string, string> = {
  '@nestjs/platform-ws': 'loaded by @nestjs/websockets',
  '@nestjs/platform-fastify': 'imported',
  rxjs: 'required by Nest',
  'swagger-ui-dist': 'its files are served by the console',
  oxlint: 'npm run lint',
  'oxlint-tsgolint': 'oxlint --type-aware',
  prettier: 'npm run format',
  'axe-core': 'read into the page by test/browser',
};

function importedPackages(): Set<string> {
  const files = repositoryFiles().filter((path) => /\.(tsx?|mjs)$/.test(path));
  const names = files.flatMap((path) => importsOf(readFileSync(path, 'utf8'), path).map((each) => each.from));
  return new Set(
    names
      .filter((name) => !/^[./]|^node:/.test(name))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')),
  );
}

describe('package.json', () => {
  const imported = importedPackages();
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

  it('has the version that the programs say', () => {
    expect(readFileSync('libs/platform/src/version.ts', 'utf8')).toContain(`version = '${manifest.version}'`);
  });

  it('declares nothing that is not used', () => {
    const isUsed = (name: string): boolean =>
      imported.has(name) || name.startsWith('@types/') || needed[name] !== undefined;
    expect(declared.filter((name) => !isUsed(name))).toEqual([]);
  });

  it('declares every package that is imported', () => {
    // Fastify and its types come with the Nest adapter, in the version that it fits.
    const own = new Set([...declared, 'fastify']);
    expect([...imported].filter((name) => !name.startsWith('@muster/') && !own.has(name))).toEqual([]);
  });

  it('gives no reason for a package that is not declared', () => {
    expect(Object.keys(needed).filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('pins every version', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    expect(Object.entries(all).filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  });

  it('names only scripts and files that exist', () => {
    const files = new Set(repositoryFiles());
    const named = Object.values(manifest.scripts).flatMap(
      (script) => script.match(/\bscripts\/[\w-]+\.mjs|[\w.-]+\.config\.ts/g) ?? [],
    );
    expect(named.filter((file) => !files.has(file))).toEqual([]);
    const called = Object.values(manifest.scripts).flatMap((script) =>
      [...script.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? ''),
    );
    expect(called.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });
});
