import type { OutputLine } from '@muster/client';

/** A line as it is shown; its number stays the same while older lines go. */
export interface LogLine extends OutputLine {
  number: number;
}

export const maxLogLines = 1000;

/** The lines with newer ones at their end; of too many only the last. */
export function withLines(lines: readonly LogLine[], added: readonly OutputLine[]): LogLine[] {
  const first = (lines.at(-1)?.number ?? 0) + 1;
  return [...lines, ...added.map((line, index) => ({ ...line, number: first + index }))].slice(-maxLogLines);
}
