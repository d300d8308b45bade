import { PNG } from 'pngjs';
import { blend, type Colour } from './colour-map.js';

/** Pixels to draw on; the first row is the top. What lies outside is ignored. */
export class Picture {
  private readonly png: PNG;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.png = new PNG({ width, height, colorType: 2 });
    this.png.data.fill(255);
  }

  set(column: number, row: number, colour: Colour): void {
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return;
    this.png.data.set(colour, 4 * (row * this.width + column));
  }

  get(column: number, row: number): Colour {
    const at = 4 * (row * this.width + column);
    return [this.png.data[at] ?? 255, this.png.data[at + 1] ?? 255, this.png.data[at + 2] ?? 255];
  }

  /** Puts a part `amount` (0 to 1) of a colour over what is there. */
  cover(column: number, row: number, colour: Colour, amount: number): void {
    this.set(column, row, blend(this.get(column, row), colour, Math.min(1, Math.max(0, amount))));
  }

  /** The picture as a PNG file; the same pixels always give the same bytes. */
  toPng(): Uint8Array {
    return PNG.sync.write(this.png, { colorType: 2, inputHasAlpha: true });
  }
}
