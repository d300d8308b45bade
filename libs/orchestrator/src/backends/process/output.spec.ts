import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputFile } from './keeper/output-file.js';
import { PieceReader } from './log-lines.js';

/** What a reader that comes back again and again gets, as positions and bytes. */
function readAll(file: OutputFile, from: number): { at: number; bytes: Buffer } {
  const pieces: Buffer[] = [];
  let position = from;
  let start: number | undefined;
  for (;;) {
    const piece = file.read(position, 7);
    start ??= piece.at;
    if (piece.bytes === 0) return { at: start, bytes: Buffer.concat(pieces) };
    pieces.push(Buffer.from(piece.base64, 'base64'));
    position = piece.at + piece.bytes;
  }
}

describe('the output of a workload', () => {
  it('is bounded, and what is left is exactly the newest of what was printed, at its true position', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 30 }), fc.nat(400), (writes, from) => {
        const folder = mkdtempSync(join(tmpdir(), 'muster-output-'));
        try {
          const file = new OutputFile(join(folder, 'stdout'), 64, { dropped: 0, older: 0, lost: 0 });
          const whole = Buffer.from(writes.join(''));
          for (const text of writes) {
            appendFileSync(file.path, text);
            file.rotate();
          }
          expect(file.end()).toBe(whole.length);
          const { at, bytes } = readAll(file, Math.min(from, whole.length));
          expect(bytes).toEqual(whole.subarray(at));
          expect(whole.length - file.state.dropped).toBeLessThanOrEqual(64);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has the last words of a flood, though it is cut all the time: but for those in the very moment of a cut', async () => {
    const lastWords: string[] = [];
    const flood = `const { writeSync } = require('node:fs'); const line = 'x'.repeat(65535) + '\\n';
      for (let left = 300; left > 0; left -= 1) writeSync(1, line); writeSync(1, 'over\\n');`;
    for (let round = 0; round < 10; round += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'muster-output-'));
      const file = new OutputFile(join(folder, 'stdout'), 4 * 2 ** 20, { dropped: 0, older: 0, lost: 0 });
      const stdout = openSync(file.path, 'a');
      const child = spawn(process.execPath, ['-e', flood], { stdio: ['ignore', stdout, 'inherit'] });
      closeSync(stdout);
      let isOver = false;
      child.once('exit', () => (isOver = true));
      while (!isOver) {
        file.rotate();
        await setImmediate();
      }
      lastWords.push(file.tail(5));
      rmSync(folder, { recursive: true });
    }
    expect(lastWords.filter((words) => words === 'over\n').length).toBeGreaterThan(5);
  });

  it('goes on with the newer file where the older one was lost with the power', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-output-'));
    const file = new OutputFile(join(folder, 'stdout'), 64, { dropped: 10, older: 32, lost: 0 });
    appendFileSync(file.path, 'newer');
    expect(file.read(0, 100)).toEqual(pieceOf(Buffer.from('newer'), 42));
    appendFileSync(`${file.path}.older`, 'older');
    expect(readAll(file, 0)).toEqual({ at: 10, bytes: Buffer.from('oldernewer') });
    expect(file.tail(100)).toBe('oldernewer');
    rmSync(folder, { recursive: true });
  });

  it('comes as the same lines however it is cut into pieces', () => {
    const words = fc.array(fc.stringMatching(/^[a-zäß€😀 ]{0,12}$/u), { maxLength: 20 });
    fc.assert(
      fc.property(words, fc.array(fc.nat(200)), (lines, cuts) => {
        const whole = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].sort((a, b) => a - b);
        const splitter = new PieceReader('stdout');
        const seen = places.flatMap((at, i) => splitter.push(pieceOf(whole.subarray(at, places[i + 1]), at)));
        expect([...seen, ...splitter.end()].map(({ text }) => text)).toEqual(lines);
      }),
    );
  });

  it('comes in parts where a line has no end', () => {
    const splitter = new PieceReader('stderr');
    const lines = splitter.push(pieceOf(Buffer.alloc(150_000, 'x'), 0));
    expect([...lines, ...splitter.end()].map(({ text }) => text.length)).toEqual([65536, 65536, 18928]);
  });

  it('says where bytes are missing', () => {
    const splitter = new PieceReader('stdout');
    splitter.push(pieceOf(Buffer.from('one\n'), 0));
    expect(splitter.push(pieceOf(Buffer.from('two\n'), 104))).toEqual([
      { stream: 'stdout', text: '[100 bytes of older output were dropped]', droppedBytes: 100 },
      { stream: 'stdout', text: 'two' },
    ]);
  });
});

function pieceOf(bytes: Buffer, at: number): { at: number; base64: string; bytes: number } {
  return { at, base64: bytes.toString('base64'), bytes: bytes.length };
}
