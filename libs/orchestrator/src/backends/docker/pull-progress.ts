import type { Readable } from 'node:stream';
import { ImageUnavailable } from '../../contract/errors.js';

interface PullMessage {
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
}

/** How far a pull is, from all that the engine said of its layers. */
export class PullProgress {
  private readonly layers = new Map<string, { current: number; total: number }>();

  constructor(private readonly reference: string) {}

  /** Takes one message; throws `ImageUnavailable` if it tells a failure. */
  take({ status, id, progressDetail, error }: PullMessage): void {
    if (error !== undefined) throw new ImageUnavailable(`${this.reference}: ${error}`);
    const { current, total } = progressDetail ?? {};
    if (id !== undefined && status === 'Downloading' && current !== undefined && total !== undefined)
      this.layers.set(id, { current, total });
    const layer = id === undefined ? undefined : this.layers.get(id);
    if (layer !== undefined && status === 'Download complete') layer.current = layer.total;
  }

  /** For a person. */
  get text(): string {
    const layers = [...this.layers.values()];
    const total = layers.reduce((sum, layer) => sum + layer.total, 0);
    const current = layers.reduce((sum, layer) => sum + layer.current, 0);
    const part = total === 0 ? '' : `, ${Math.floor((100 * current) / total)} %`;
    return `pulling ${this.reference}${part}`;
  }
}

/** Messages of the engine: JSON, one per line. */
export async function* readJsonLines(stream: Readable): AsyncGenerator<unknown> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}
