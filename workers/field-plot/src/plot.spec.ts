import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Geometry } from '../../field-model/src/geometry.js';
import { readGeometry } from '../../field-model/src/read-geometry.js';
import { decodeField, encodeField, type FieldFrame } from '../../field-solver/src/field-frame.js';
import { snapshot, solveField } from '../../field-solver/src/solver.js';
import { colourOf } from './colour-map.js';
import { plotField } from './plot.js';

const margin = 16;
const cable = readGeometry(
  JSON.parse(readFileSync(new URL('../../field-model/examples/coaxial-cable.json', import.meta.url), 'utf8')),
).geometry!;

async function fieldOf(geometry: Geometry): Promise<FieldFrame> {
  let bytes = new Uint8Array();
  for await (const step of solveField(geometry, { gridCells: 64, tolerance: 1e-8 })) {
    bytes = new Uint8Array(
      encodeField(snapshot(step), {
        widthMetres: 0.0036,
        heightMetres: 0.0036,
        iteration: step.iteration,
        residual: step.residual,
      }),
    );
  }
  return decodeField(bytes)!;
}

describe('the picture of a field', () => {
  let field: FieldFrame;
  let picture: PNG;
  const pixel = (x: number, y: number): number[] => [
    ...picture.data.subarray(4 * (y * picture.width + x)).subarray(0, 3),
  ];

  beforeAll(async () => {
    field = await fieldOf(cable);
    picture = PNG.sync.read(Buffer.from(plotField(field, cable, { pixels: 360, lines: 9 })));
  });

  it('is a PNG of the size asked for, with a margin and a scale', () => {
    expect(picture.height).toBe(360 + 2 * margin);
    expect(picture.width).toBeGreaterThan(360 + 2 * margin);
  });

  it('shows electrodes as metal and the field between them in the colours of its volts', () => {
    expect(pixel(margin + 180, margin + 180)).toEqual([176, 180, 188]);
    const nearCore = pixel(margin + 180 + 44, margin + 180);
    const nearShield = pixel(margin + 180 + 143, margin + 180);
    expect(nearCore[1]).toBeGreaterThan(nearShield[1]!);
  });

  it('has nine closed equipotential lines between core and shield', () => {
    const along = Array.from({ length: 100 }, (_, step) => pixel(margin + 180 + 43 + step, margin + 180));
    const light = along.map(([red, , blue]) => red! > 150 && blue! > 150);
    expect(light.filter((each, index) => each && light[index - 1] !== true).length).toBe(9);
  });

  it('is the same for the same field, byte for byte', () => {
    const draw = (): Uint8Array => plotField(field, cable, { pixels: 100, lines: 5 });
    expect(Buffer.compare(draw(), draw())).toBe(0);
  });

  it('can be drawn of a field without any difference', () => {
    const flat = { ...field, volts: field.volts.map(() => 3) };
    expect(PNG.sync.read(Buffer.from(plotField(flat, cable, { pixels: 64, lines: 9 }))).width).toBeGreaterThan(64);
  });
});

describe('a field frame', () => {
  it('gives back what was put in', async () => {
    const { volts, ...header } = await fieldOf(cable);
    expect(header).toMatchObject({ columns: 65, rows: 65, widthMetres: 0.0036, iteration: expect.any(Number) });
    expect(volts[32 * 65 + 32]).toBe(1);
  });

  it.each([
    ['nothing', []],
    ['a header that is too long', [255, 255, 0, 0]],
    ['a header that is no JSON', [1, 0, 0, 0, 65]],
    ['too few numbers', [...new TextEncoder().encode('\u0016\0\0\0{"columns":9,"rows":9}')]],
  ])('is not made of %s', (_, bytes) => {
    expect(decodeField(Uint8Array.from(bytes))).toBeUndefined();
  });
});

describe('the colour map', () => {
  it('grows lighter all the way and stops at its ends', () => {
    const lightness = Array.from({ length: 50 }, (_, step) => colourOf(step / 49)).map(
      ([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue,
    );
    expect(lightness.every((each, index) => index === 0 || each > lightness[index - 1]!)).toBe(true);
    expect([colourOf(-1), colourOf(2), colourOf(Number.NaN)]).toEqual([colourOf(0), colourOf(1), colourOf(0)]);
  });
});
