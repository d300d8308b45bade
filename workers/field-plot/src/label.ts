import type { Colour } from './colour-map.js';
import type { Picture } from './picture.js';

/** Characters of 3 x 5 dots, a row per number, the highest bit at the left. */
const glyphs: Record<string, readonly number[]> = {
  '0': [7, 5, 5, 5, 7],
  '1': [2, 6, 2, 2, 7],
  '2': [7, 1, 7, 4, 7],
  '3': [7, 1, 3, 1, 7],
  '4': [5, 5, 7, 1, 1],
  '5': [7, 4, 7, 1, 7],
  '6': [7, 4, 7, 5, 7],
  '7': [7, 1, 2, 2, 2],
  '8': [7, 5, 7, 5, 7],
  '9': [7, 5, 7, 1, 7],
  '.': [0, 0, 0, 0, 2],
  '-': [0, 0, 7, 0, 0],
  '+': [0, 2, 7, 2, 0],
  e: [0, 7, 7, 4, 7],
  V: [5, 5, 5, 5, 2],
  k: [4, 5, 6, 5, 5],
  m: [0, 7, 7, 5, 5],
};

const dot = 2;
export const labelHeight = 5 * dot;

/** Writes a short text of digits and units; unknown characters are blanks. */
export function writeLabel(picture: Picture, text: string, at: { column: number; row: number; colour: Colour }): void {
  for (const [index, character] of text.split('').entries()) {
    for (const [line, bits] of (glyphs[character] ?? []).entries()) {
      for (let bit = 0; bit < 3; bit++) {
        if ((bits & (4 >> bit)) !== 0)
          writeDot(picture, at.column + (4 * index + bit) * dot, at.row + line * dot, at.colour);
      }
    }
  }
}

/** Pixels that a text takes in width. */
export function labelWidth(text: string): number {
  return text.length * 4 * dot;
}

function writeDot(picture: Picture, column: number, row: number, colour: Colour): void {
  for (let x = 0; x < dot; x++) for (let y = 0; y < dot; y++) picture.set(column + x, row + y, colour);
}
