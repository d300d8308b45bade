/** A Markdown table; what has a meaning in Markdown is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => withoutTags(cell.replaceAll('|', '\\|').replaceAll('\n', ' '))).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** In code a backslash would be shown. */
function withoutTags(cell: string): string {
  return cell.replaceAll(/`[^`]*`|</g, (found) => (found === '<' ? '\\<' : found));
}

/** A page of these parts, each separated by an empty line. */
export function page(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
