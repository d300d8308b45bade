import { LineCounter, isMap, isNode, isScalar, isSeq, parseAllDocuments, type Document, type Node } from 'yaml';
import { entryProblems, type CatalogueType } from './entry-rules.js';
import { catalogueBounds } from './defaults.js';
import type { CatalogueProblem, FixableProblem } from './problems.js';
import { convertSizes } from './sizes.js';

/** One valid entry of a file; `at` finds the line and column of a member, of its nearest parent if it is absent. */
export interface FileEntry {
  type: CatalogueType;
  file: string;
  line: number;
  at(member: string): Position;
}

export interface Position {
  line: number;
  column: number;
}

export interface ParsedFile {
  entries: FileEntry[];
  problems: CatalogueProblem[];
}

/**
 * Reads the entries of one file: YAML (any number of documents) or JSON (which is YAML too, but without sizes like `256Mi`);
 * a document holds an entry or a list of entries. Wrong entries become problems, the right ones of the file are still read.
 */
export function parseCatalogueFile(file: string, text: string): ParsedFile {
  if (Buffer.byteLength(text) > catalogueBounds.maxFileBytes) {
    return {
      entries: [],
      problems: [
        { file, line: 1, column: 1, member: '', reason: `is larger than ${catalogueBounds.maxFileBytes} bytes` },
      ],
    };
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
  });
  const found: Document.Parsed[] = Array.isArray(documents) ? documents : [];
  const parts = found.flatMap((document) => readDocument({ file, lines, document }));
  return { entries: parts.flatMap((part) => part.entries), problems: parts.flatMap((part) => part.problems) };
}

interface Place {
  file: string;
  lines: LineCounter;
  document: Document.Parsed;
}

function readDocument(place: Place): ParsedFile[] {
  const { document, file, lines } = place;
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      ...position(lines, error.pos[0]),
      member: '',
      reason: `is not ${file.endsWith('.json') ? 'JSON' : 'YAML'}: ${error.message}`,
      fix: 'correct the text here or just before',
    }));
    return [{ entries: [], problems }];
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  const nodes = isSeq(contents) ? contents.items : [contents];
  return nodes.map((node) => readEntry(place, node as Node));
}

function readEntry({ file, lines, document }: Place, node: Node): ParsedFile {
  const at = (member: string): Position => position(lines, offsetOf(node, member));
  const located = (problem: FixableProblem): CatalogueProblem => ({ file, ...at(problem.member), ...problem });
  let value: unknown;
  try {
    value = node.toJS(document, { maxAliasCount: 100 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'cannot be read';
    return { entries: [], problems: [located({ member: '', reason })] };
  }
  const sizes = file.endsWith('.json') ? [] : convertSizes(value);
  const unread = new Set(sizes.map((problem) => problem.member));
  const problems = [...sizes, ...entryProblems(value).filter((problem) => !unread.has(problem.member))];
  if (problems.length > 0) return { entries: [], problems: problems.map(located) };
  return { entries: [{ type: value as CatalogueType, file, line: at('').line, at }], problems: [] };
}

/** Where the key of `member` stands (for an item of a list: the item); a member that is absent is looked for at its parent. */
function offsetOf(entry: Node, member: string): number {
  let node: unknown = entry;
  let offset = entry.range?.[0] ?? 0;
  let rest = member;
  while (rest !== '' && isNode(node)) {
    const step = stepInto(node, rest);
    if (step === undefined) break;
    ({ offset, node, rest } = { offset: step.offset ?? offset, node: step.node, rest: step.rest });
  }
  return offset;
}

interface Step {
  offset: number | undefined;
  node: unknown;
  rest: string;
}

/** Keys may contain dots (`windows-10.0.20348`): the longest key that fits is taken. */
function stepInto(node: Node, path: string): Step | undefined {
  if (isSeq(node)) {
    const [index = '', ...rest] = path.split('.');
    const item = node.items[Number(index)];
    return isNode(item) ? { offset: item.range?.[0], node: item, rest: rest.join('.') } : undefined;
  }
  if (!isMap(node)) return undefined;
  const fitting = node.items
    .map((pair) => ({ pair, key: isScalar(pair.key) ? String(pair.key.value) : '' }))
    .filter(({ key }) => path === key || path.startsWith(`${key}.`))
    .sort((left, right) => right.key.length - left.key.length)[0];
  if (fitting === undefined) return undefined;
  const key = fitting.pair.key as Node;
  return { offset: key.range?.[0], node: fitting.pair.value, rest: path.slice(fitting.key.length + 1) };
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
