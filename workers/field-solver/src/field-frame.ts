import type { PotentialField } from './solver.js';

/** What a binary field frame says about its numbers; lengths in metres. */
export interface FieldHeader {
  columns: number;
  rows: number;
  widthMetres: number;
  heightMetres: number;
  iteration: number;
  /** Relative residual of the iteration it was taken from. */
  residual: number;
}

export interface FieldFrame extends FieldHeader {
  /** Row by row from the bottom. */
  volts: Float32Array;
}

/**
 * A field as bytes: the length of the header (32 bits), the header as JSON, filled up with blanks so that the numbers begin at a
 * multiple of four, then `columns * rows` volts as 32-bit floating point numbers. Everything is little-endian.
 */
export function encodeField(field: PotentialField, about: Omit<FieldHeader, 'columns' | 'rows'>): Uint8Array {
  const header: FieldHeader = { columns: field.columns, rows: field.rows, ...about };
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json + ' '.repeat((4 - (json.length % 4)) % 4));
  const bytes = new Uint8Array(4 + text.length + 4 * field.volts.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(text, 4);
  for (const [index, volts] of field.volts.entries()) view.setFloat32(4 + text.length + 4 * index, volts, true);
  return bytes;
}

/** The field that bytes hold, or undefined when they hold none. */
export function decodeField(bytes: Uint8Array): FieldFrame | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + view.getUint32(0, true);
  const header = start <= bytes.length ? headerOf(bytes.subarray(4, start)) : undefined;
  if (header === undefined || bytes.length !== start + 4 * header.columns * header.rows) return undefined;
  const volts = Float32Array.from({ length: header.columns * header.rows }, (_, index) =>
    view.getFloat32(start + 4 * index, true),
  );
  return { ...header, volts };
}

function headerOf(text: Uint8Array): FieldHeader | undefined {
  try {
    const header = JSON.parse(new TextDecoder().decode(text)) as Partial<FieldHeader> | null;
    const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
    return isCount(header?.columns) && isCount(header?.rows) ? (header as FieldHeader) : undefined;
  } catch {
    return undefined;
  }
}
