import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';

const kinds: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  kind: string;
  content: Readable;
}

/** The built page: its document, and files whose names change with their contents. Nothing is held in memory. */
export class PageFiles {
  constructor(private readonly folder: string) {}

  document(): Promise<string> {
    return readFile(join(this.folder, 'index.html'), 'utf8');
  }

  /** Undefined for what the page does not have; the name is compared, never made part of a path. */
  async asset(name: string): Promise<PageFile | undefined> {
    const kind = kinds[extname(name)];
    const folder = join(this.folder, 'assets');
    if (kind === undefined || !(await readdir(folder)).includes(name)) return undefined;
    return { kind, content: createReadStream(join(folder, name)) };
  }
}
