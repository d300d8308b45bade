import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { expect, it } from 'vitest';
import { NodeTerminal } from './node-terminal.js';

/** Streams that a person sees and types into; `modes` keeps what became of raw mode, between what was written. */
function aTerminal(environment: Record<string, string> = {}): {
  terminal: NodeTerminal;
  type: PassThrough;
  seen: string[];
} {
  const seen: string[] = [];
  const setRawMode = (isRaw: boolean): void => void seen.push(isRaw ? '(raw)' : '(cooked)');
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  output.on('data', (part: Buffer) => seen.push(part.toString()));
  const streams = {
    input: input as unknown as ReadStream,
    output: output as unknown as WriteStream,
    errors: output as unknown as WriteStream,
  };
  return { terminal: new NodeTerminal(streams, environment), type: input, seen };
}

it('a password is not shown, not even to who types it before it was asked for', async () => {
  const { terminal, type, seen } = aTerminal();
  const answer = terminal.askSecret('Password: ');
  type.write('correct horse\r');
  expect(await answer).toBe('correct horse');
  expect(seen.indexOf('(raw)')).toBeLessThan(seen.indexOf('Password: '));
  expect(seen.join('')).not.toContain('correct');
  expect(seen.filter((each) => each.startsWith('(')).at(-1)).toBe('(cooked)');
});

it('Ctrl-C at a question interrupts, and the end of the input is an empty answer', async () => {
  const { terminal, type } = aTerminal();
  const interrupted = terminal.ask('Name: ');
  type.write('\u0003');
  await expect(interrupted).rejects.toMatchObject({ exit: 'interrupted' });
  const ended = terminal.askSecret('Password: ');
  type.end();
  expect(await ended).toBe('');
});

it.each([
  [{}, true],
  [{ NO_COLOR: '1' }, false],
  [{ NO_COLOR: '' }, true],
  [{ TERM: 'dumb' }, false],
])('with %j a terminal has colours: %s', (environment, hasColours) => {
  expect(aTerminal(environment).terminal.hasColours).toBe(hasColours);
});
