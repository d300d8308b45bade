/** A Markdown table; what has a meaning in Markdown is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A page of these parts, each separated by an empty line. */
export function page(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
