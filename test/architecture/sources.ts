import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** One import or re-export, static or dynamic, or an import type. */
export interface Import {
  /** As it is written: a package, `node:...`, `@muster/...` or a relative path. */
  from: string;
  /** Nothing of it is left at run time. */
  typeOnly: boolean;
}

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
  imports: readonly Import[];
}

/** All files of the repository that git knows or would add, generated and ignored ones left out. */
export function repositoryFiles(): string[] {
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options);
  return listed.split('\n').filter((path) => path !== '' && existsSync(path));
}

/** The TypeScript sources of apps, libs and workers. */
export function readSources(): SourceFile[] {
  return repositoryFiles()
    .filter((path) => /^(apps|libs|workers)\/.*\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, imports: importsOf(text, path) };
    });
}

export function importsOf(text: string, path = 'source.ts'): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const each = importIn(node);
    if (each !== undefined) found.push(each);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return found;
}

function importIn(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const named = node.importClause?.namedBindings;
    const onlyTypes =
      named !== undefined &&
      ts.isNamedImports(named) &&
      named.elements.every((element) => element.isTypeOnly) &&
      node.importClause?.name === undefined;
    return {
      from: node.moduleSpecifier.text,
      typeOnly: node.importClause?.isTypeOnly === true || (onlyTypes && named.elements.length > 0),
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier))
    return { from: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
    return { from: node.argument.literal.text, typeOnly: true };
  if (ts.isCallExpression(node)) return callIn(node);
  return undefined;
}

function callIn(node: ts.CallExpression): Import | undefined {
  const [argument] = node.arguments;
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require');
  return loads && argument !== undefined && ts.isStringLiteralLike(argument)
    ? { from: argument.text, typeOnly: false }
    : undefined;
}

/** The code without comments and the contents of texts, so that words in them are not taken for code. */
export function codeOf(text: string): string {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest);
  const parts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.getChildCount(source) > 0) return node.getChildren(source).forEach(visit);
    if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node)) parts.push(node.getText(source));
  };
  visit(source);
  return parts.join(' ');
}

/** Tests, their harnesses and fakes: what is never part of a running system. */
export function isTestCode(path: string): boolean {
  return /\.spec\.ts$|\/(testing|conformance|spec-kit)\//.test(path) || path.startsWith('libs/testing/');
}

/** `libs/store/src/x.ts` -> `libs/store`. */
export function projectOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}
