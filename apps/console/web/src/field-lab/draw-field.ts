import { colourOf } from '../../../../../workers/field-plot/src/colour-map.js';
import { rangeOf } from '../../../../../workers/field-plot/src/field-values.js';
import type { FieldFrame } from '../../../../../workers/field-solver/src/field-frame.js';
import { equipotentials, levelsBetween } from './equipotentials.js';

const shades = Array.from({ length: 256 }, (_, index) => colourOf(index / 255));
const lines = 19;

/** Draws a field as large as the canvas is shown, in the pixels of the screen. */
export function drawField(canvas: HTMLCanvasElement, frame: FieldFrame): void {
  const pixels = devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * pixels), Math.round(canvas.clientHeight * pixels)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  const { columns, rows } = frame;
  // The outermost nodes lie on the edge of the domain: their pixels stand there with their middles.
  context.drawImage(onePixelPerNode(frame), 0.5, 0.5, columns - 1, rows - 1, 0, 0, width, height);
  context.strokeStyle = 'rgb(255 255 255 / 0.6)';
  context.lineWidth = pixels;
  context.stroke(linesOf(frame, width, height));
}

function onePixelPerNode({ columns, rows, volts }: FieldFrame): OffscreenCanvas {
  const { low, high } = rangeOf(volts);
  const image = new ImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    const from = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column++) {
      const part = high === low ? 0 : (volts[from + column]! - low) / (high - low);
      const at = 4 * (row * columns + column);
      image.data.set(shades[Math.round(part * 255)]!, at);
      image.data[at + 3] = 255;
    }
  }
  const canvas = new OffscreenCanvas(columns, rows);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

function linesOf(frame: FieldFrame, width: number, height: number): Path2D {
  const path = new Path2D();
  const pieces = equipotentials(frame, levelsBetween(rangeOf(frame.volts), lines));
  for (let index = 0; index < pieces.length; index += 4) {
    path.moveTo(pieces[index]! * width, (1 - pieces[index + 1]!) * height);
    path.lineTo(pieces[index + 2]! * width, (1 - pieces[index + 3]!) * height);
  }
  return path;
}

/** The scale beside a field, from its lowest to its highest colour. */
export function drawScale(canvas: HTMLCanvasElement): void {
  canvas.width = shades.length;
  canvas.height = 1;
  const image = new ImageData(shades.length, 1);
  for (const [index, shade] of shades.entries()) image.data.set([...shade, 255], 4 * index);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
