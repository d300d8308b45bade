// Reference pages of message formats, read from the TypeScript interfaces and their doc comments.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A section for each exported interface of the file, in the order of the source. */
export function interfacesOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const all = source.statements.filter(ts.isInterfaceDeclaration);
  const byName = new Map(all.map((each) => [each.name.text, each]));
  return all.filter(isExported).map((each) => section(each, byName, source));
}

const isExported = (node) => node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;

function section(declaration, byName, source) {
  const rows = membersOf(declaration, byName).map((member) => [
    `\`${member.name.getText(source)}\`${member.questionToken === undefined ? '' : ' (optional)'}`,
    `\`${member.type.getText(source).replace(/\s+/g, ' ')}\``,
    commentOf(member),
  ]);
  return [`## ${declaration.name.text}`, commentOf(declaration), table(['member', 'type', 'meaning'], rows)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function membersOf(declaration, byName) {
  const inherited = (declaration.heritageClauses ?? []).flatMap((clause) =>
    clause.types.map((type) => byName.get(type.expression.text)),
  );
  return [
    ...declaration.members.filter(ts.isPropertySignature),
    ...inherited.filter(Boolean).flatMap((each) => membersOf(each, byName)),
  ];
}

function commentOf(node) {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
    .join(' ')
    .replace(/\{@link (\w+)\}/g, (_, name) => `[${name}](#${name.toLowerCase()})`)
    .replace(/\s+/g, ' ')
    .trim();
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
