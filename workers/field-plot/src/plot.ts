import type { Geometry } from '../../field-model/src/geometry.js';
import { contains, type Point, type Shape } from '../../field-model/src/shapes.js';
import type { FieldFrame } from '../../field-solver/src/field-frame.js';
import { colourOf, type Colour } from './colour-map.js';
import { rangeOf, scaleLabels, voltsAt, type Range } from './field-values.js';
import { labelHeight, labelWidth, writeLabel } from './label.js';
import { Picture } from './picture.js';

export interface PlotOptions {
  /** Of the field itself, along its longer side, 64 to 2048; the scale stands beside it. */
  pixels: number;
  /** Equipotential lines, 0 to 100. */
  lines: number;
}

export const plotDefaults: PlotOptions = { pixels: 720, lines: 19 };

const margin = 16;
const scaleWidth = 18;
const black: Colour = [20, 20, 24];
const white: Colour = [255, 255, 255];
const metal: Colour = [176, 180, 188];

/** Draws a potential with its equipotential lines, electrodes, borders of dielectrics and a scale in volts; answers a PNG file. */
export function plotField(field: FieldFrame, geometry: Geometry, options: PlotOptions = plotDefaults): Uint8Array {
  const frame = frameFor(geometry, options.pixels);
  const range = rangeOf(field.volts);
  const labels = scaleLabels(range);
  const labelsWidth = Math.max(...labels.map(labelWidth));
  const picture = new Picture(frame.width + 3 * margin + scaleWidth + 6 + labelsWidth, frame.height + 2 * margin);
  const canvas: Canvas = { picture, frame, geometry, field, range };
  drawPotential(canvas, options.lines);
  for (const { shape } of geometry.dielectrics) drawOutline(canvas, shape, white, 0.7);
  for (const { shape } of geometry.electrodes) drawElectrode(canvas, shape);
  drawScale(canvas, labels);
  return picture.toPng();
}

interface Frame {
  width: number;
  height: number;
  /** Length of the geometry per pixel. */
  scale: number;
}

interface Canvas {
  picture: Picture;
  frame: Frame;
  geometry: Geometry;
  field: FieldFrame;
  range: Range;
}

function frameFor({ width, height }: Geometry, pixels: number): Frame {
  const scale = Math.max(width, height) / pixels;
  return { width: Math.max(8, Math.round(width / scale)), height: Math.max(8, Math.round(height / scale)), scale };
}

function drawPotential({ picture, frame, field, range }: Canvas, lines: number): void {
  const step = (range.high - range.low) / (lines + 1);
  for (let row = 0; row < frame.height; row++) {
    for (let column = 0; column < frame.width; column++) {
      const [x, y] = [(column + 0.5) / frame.width, 1 - (row + 0.5) / frame.height];
      const volts = voltsAt(field, x, y);
      picture.set(margin + column, margin + row, colourOf((volts - range.low) / (range.high - range.low)));
      if (lines === 0 || step === 0) continue;
      const acrossPixel = Math.hypot(
        voltsAt(field, x + 1 / frame.width, y) - volts,
        voltsAt(field, x, y + 1 / frame.height) - volts,
      );
      const away = distanceToLine((volts - range.low) / step, lines) * step;
      picture.cover(margin + column, margin + row, white, acrossPixel === 0 ? 0 : 0.75 * (1.2 - away / acrossPixel));
    }
  }
}

/** From a value in units of the step to the nearest line; the two ends of the range are no lines. */
function distanceToLine(value: number, lines: number): number {
  return Math.abs(value - Math.min(lines, Math.max(1, Math.round(value))));
}

function pointOf({ frame }: Canvas, column: number, row: number): Point {
  return { x: (column + 0.5) * frame.scale, y: (frame.height - row - 0.5) * frame.scale };
}

function drawElectrode(canvas: Canvas, shape: Shape): void {
  const { picture, frame } = canvas;
  for (let row = 0; row < frame.height; row++) {
    for (let column = 0; column < frame.width; column++) {
      if (contains(shape, pointOf(canvas, column, row))) picture.set(margin + column, margin + row, metal);
    }
  }
  drawOutline(canvas, shape, black, 1);
}

/** A pixel is on the outline when its square is neither all inside nor all outside of the shape. */
function drawOutline(canvas: Canvas, shape: Shape, colour: Colour, amount: number): void {
  const { picture, frame } = canvas;
  const corners = [-0.8, 0.8].flatMap((across) => [-0.8, 0.8].map((up) => [across, up] as const));
  for (let row = 0; row < frame.height; row++) {
    for (let column = 0; column < frame.width; column++) {
      const inside = corners.filter(([across, up]) =>
        contains(shape, pointOf(canvas, column + across, row + up)),
      ).length;
      if (inside > 0 && inside < corners.length) picture.cover(margin + column, margin + row, colour, amount);
    }
  }
}

function drawScale({ picture, frame }: Canvas, labels: string[]): void {
  const left = frame.width + 2 * margin;
  for (let row = 0; row < frame.height; row++) {
    for (let column = 0; column < scaleWidth; column++) {
      picture.set(left + column, margin + row, colourOf(1 - row / (frame.height - 1)));
    }
  }
  for (const [index, text] of labels.entries()) {
    const row = Math.round(margin + (1 - index / (labels.length - 1)) * (frame.height - labelHeight));
    writeLabel(picture, text, { column: left + scaleWidth + 6, row, colour: black });
  }
}
