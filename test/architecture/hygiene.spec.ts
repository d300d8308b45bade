import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeOf, isTestCode, readSources, repositoryFiles } from './sources.js';

const files = repositoryFiles();
const running = readSources().filter((source) => !isTestCode(source.path));
const code = running.map((source) => ({ path: source.path, code: codeOf(source.text) }));
const pathsWith = (pattern: RegExp, within = code): string[] =>
  within.filter((each) => pattern.test(each.code)).map((each) => each.path);

/** What an index passes on; that is no use yet. */
const reExports = /\bexport (?:type )?\{[^}]*\}/g;
/** The names of back ends are for those who make a choice of them. */
const usedElsewhere = new Set(['backendNames']);

/** Text files of the repository; the lock file and generated documents are left out. */
function texts(): { path: string; text: string }[] {
  return files
    .filter((path) => !/(^|\/)package-lock\.json$|\.(png|ico|woff2|svg)$/.test(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

describe('the code', () => {
  it('has no folder for what belongs nowhere, nor by kind', () => {
    const unwanted = /(^|\/)(utils?|helpers?|common|shared|misc|interfaces|enums|dtos?|types|models)\//;
    expect(files.filter((path) => unwanted.test(path))).toEqual([]);
  });

  it('reads the environment only in main.ts, in configuration and where a worker begins', () => {
    const places =
      /^apps\/[a-z-]+\/src\/(main|generate)\.ts$|\/configuration\/|\.config\.ts$|^libs\/worker-sdk\/src\/environment\.ts$|^apps\/demo\//;
    expect(pathsWith(/\bprocess\s*\.\s*env\b|\bprocess\s*\[\s*env/).filter((path) => !places.test(path))).toEqual([]);
  });

  it('has no file of more than 300 lines, tests and their harnesses included', () => {
    const long = texts().filter(
      ({ path, text }) => /\.(tsx?|mjs)$/.test(path) && text.trimEnd().split('\n').length > 300,
    );
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('writes no text to the console: services log JSON', () => {
    expect(pathsWith(/\bconsole\s*\./)).toEqual([]);
  });

  it('throws named errors in libraries, never a bare Error', () => {
    expect(pathsWith(/\bthrow\s+new\s+Error\s*\(/).filter((path) => path.startsWith('libs/'))).toEqual([]);
  });

  it('takes time and chance from the clock and the random source', () => {
    // The worker SDK has timers of its own (timers.ts); the page runs in a browser; keeper, worker host, front door, engine proxy and command line stand alone; what
    // ends a process must not wait for anything.
    const places =
      /^libs\/platform\/src\/(clock|random|outgoing-calls)\.ts$|^libs\/(worker-sdk|client|orchestrator|store)\/|^apps\/(demo|worker|front-door|engine-proxy|console\/web)\/|^apps\/cli\/src\/main\.ts$|^workers\/|\/(run-services|process-launcher)\.ts$/;
    const calls =
      /\b(Date \. now|Math \. random|performance \. now)\b|(?<!\. )\b(setTimeout|setInterval) \(|\bnew Date \( \)/;
    expect(pathsWith(calls).filter((path) => !places.test(path))).toEqual([]);
  });

  it('calls out by the port for outgoing calls', () => {
    // The client library runs in browsers too; the worker SDK calls its peers by node:http.
    const places = /^libs\/platform\/src\/outgoing-calls\.ts$|^libs\/client\/|^apps\/demo\//;
    expect(pathsWith(/(?<!\. )\bfetch \(/).filter((path) => !places.test(path))).toEqual([]);
  });

  it('reads every setting that it declares', () => {
    const declared = running.flatMap((source) =>
      [...source.text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): \w+Setting\(/gm)].map((match) => match[1] ?? ''),
    );
    const uses = (name: string): number =>
      code.reduce((sum, each) => sum + each.code.split(new RegExp(`\\b${name}\\b`)).length - 1, 0);
    expect(declared.length).toBeGreaterThan(30);
    expect([...new Set(declared)].filter((name) => uses(name) < 2)).toEqual([]);
  });

  it('has nothing that only tests use, or nobody: what is tested is what runs', () => {
    const words = new Map<string, number>();
    const bodies = running.map(({ path, text }) => ({ path, text: codeOf(text).replaceAll(reExports, '') }));
    for (const { text } of bodies)
      for (const [word] of text.matchAll(/[\w$]+/g)) words.set(word, (words.get(word) ?? 0) + 1);
    const unused = bodies.flatMap(({ path, text }) =>
      [...text.matchAll(/\bexport (?:abstract |async )?(?:const|function|class|interface|type) (\w+)/g)]
        .map((match) => match[1] ?? '')
        .filter((name) => words.get(name) === 1 && !usedElsewhere.has(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('switches no rule off', () => {
    const offs = new RegExp(['(ox|es)lint-disable', '@ts-' + '(ignore|nocheck)'].join('|'));
    expect(
      texts()
        .filter(
          (each) =>
            /\.(tsx?|mjs)$/.test(each.path) && !each.path.startsWith('test/architecture/') && offs.test(each.text),
        )
        .map((each) => each.path),
    ).toEqual([]);
  });

  it('promises nothing for later', () => {
    const later = new RegExp(
      `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'not ' + 'implemented', 'for ' + 'now(?!,)'].join('|')})\\b`,
    );
    expect(
      texts()
        .filter((each) => later.test(each.text) && !each.path.startsWith('docs/'))
        .map((each) => each.path),
    ).toEqual([]);
  });
});

describe('the repository', () => {
  it('names no place of a developer machine outside the CI script, and no issue number', () => {
    const outside = new RegExp(
      ['/wo' + 'rk/(?!.*\\.js)', 'sha' + 'red/(tools|design|hooks)', '/home/[a-z]+/', '\\bissue' + ' #?\\d'].join('|'),
      'i',
    );
    const found = texts()
      .filter((each) => outside.test(each.text))
      .map((each) => each.path);
    expect(found.filter((path) => path !== '.ci/run')).toEqual([]);
  });

  it('keeps tests that run: none is set aside, none keeps the others from running', () => {
    const aside = new RegExp(
      `\\b((it|test|describe)\\.(${'on' + 'ly'}|${'to' + 'do'})|(it|describe)\\.${'sk' + 'ip'})\\b`,
    );
    const specs = texts().filter((each) => each.path.endsWith('.spec.ts'));
    expect(specs.filter((each) => aside.test(each.text)).map((each) => each.path)).toEqual([]);
  });

  it('has no test file without an expectation', () => {
    const expects = /\bexpect\b|assert|Conformance\(/;
    const specs = texts().filter((each) => each.path.endsWith('.spec.ts'));
    expect(specs.filter((each) => !expects.test(each.text)).map((each) => each.path)).toEqual([]);
  });
});
