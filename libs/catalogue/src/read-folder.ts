import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogueOf, fileProblems, type Catalogue } from './catalogue.js';
import { catalogueBounds } from './defaults.js';
import { parseCatalogueFile, type ParsedFile } from './parse-file.js';
import { CatalogueError, type CatalogueProblem } from './problems.js';

/**
 * Reads `*.yaml`, `*.yml` and `*.json` of a folder, in the order of their names (not below it; hidden files are left out, links
 * are followed, as config maps need). Throws one `CatalogueError` with everything that is wrong in all files.
 */
export async function readCatalogueFolder(folder: string): Promise<Catalogue> {
  const parsed: ParsedFile[] = [];
  for (const file of await catalogueFiles(folder)) parsed.push(await readCatalogueFile(folder, file));
  const entries = parsed.flatMap((file) => file.entries);
  const unread = parsed.flatMap((file) => file.problems);
  // What a broken file defines is unknown: only then would a reference into it be reported wrongly.
  const problems = unread.length > 0 ? unread : fileProblems(entries);
  if (problems.length > 0) throw new CatalogueError(folder, problems.slice(0, catalogueBounds.maxReportedProblems));
  return catalogueOf(entries.map(({ type, file, line }) => ({ type, source: { kind: 'file', file, line } })));
}

async function catalogueFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new CatalogueError(folder, [
      folderProblem(`cannot be read (${codeOf(error)})`, 'check the setting MUSTER_CATALOGUE'),
    ]);
  });
  const files = names.filter((name) => /^[^.].*\.(yaml|yml|json)$/i.test(name)).sort();
  if (files.length <= catalogueBounds.maxFiles) return files;
  throw new CatalogueError(folder, [
    folderProblem(
      `has ${files.length} files, at most ${catalogueBounds.maxFiles} are read`,
      'put several entries into a file',
    ),
  ]);
}

async function readCatalogueFile(folder: string, file: string): Promise<ParsedFile> {
  const path = join(folder, file);
  try {
    const { size } = await stat(path);
    if (size > catalogueBounds.maxFileBytes)
      return unreadable(file, `is larger than ${catalogueBounds.maxFileBytes} bytes`, 'split it');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    return parseCatalogueFile(file, text);
  } catch (error) {
    if (error instanceof TypeError) return unreadable(file, 'is not UTF-8 text', 'save it as UTF-8');
    return unreadable(file, `cannot be read (${codeOf(error)})`, 'check its permissions');
  }
}

function unreadable(file: string, reason: string, fix: string): ParsedFile {
  return { entries: [], problems: [{ file, line: 1, column: 1, member: '', reason, fix }] };
}

function folderProblem(reason: string, fix: string): CatalogueProblem {
  return { file: '.', line: 1, column: 1, member: '', reason, fix };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
