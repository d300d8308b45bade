import { describe, expect, it } from 'vitest';
import type { NodeId, NodeState, NodeStateLine } from '@muster/contracts';
import { FakeClock, SeededRandom } from '@muster/testing';
import { NodeBook } from './node-book.js';

/** Each read of the stream gives the next script; `hang` keeps it open without a word. */
class ScriptedDirectory {
  reads = 0;
  constructor(private readonly scripts: (NodeStateLine | 'hang')[][]) {}

  async *nodeStates(signal: AbortSignal): AsyncGenerator<NodeStateLine> {
    const script = this.scripts[Math.min(this.reads, this.scripts.length - 1)] ?? [];
    this.reads += 1;
    for (const line of script) {
      if (line === 'hang') await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      else yield line;
    }
  }
}

const line = (name: string, state: NodeState, nodeEpoch = 1): NodeStateLine => {
  return { node: name as NodeId, name, state, nodeEpoch, address: `http://${name}` };
};

function following(...scripts: (NodeStateLine | 'hang')[][]) {
  const clock = new FakeClock();
  const changed: string[] = [];
  const directory = new ScriptedDirectory(scripts);
  const log = { info: () => undefined, warn: () => undefined };
  const book = new NodeBook({
    directory,
    clock,
    random: new SeededRandom(),
    log,
    onChange: (node) => changed.push(node),
  });
  book.start();
  return { clock, changed, directory, book, stateOf: (name: string) => book.get(name as NodeId)?.state ?? 'unknown' };
}

describe('the book of node states', () => {
  it('tells of changes only', async () => {
    const { clock, changed, book, stateOf } = following([
      line('a', 'ready'),
      { synced: true },
      line('a', 'ready'),
      { heartbeat: true },
      line('a', 'suspect'),
      'hang',
    ]);
    await clock.advance(0);
    expect([changed, stateOf('a')]).toEqual([['a', 'a'], 'suspect']);
    await book.stop();
  });

  it('keeps what it knows while the stream is cut, and forgets what the next whole picture lacks', async () => {
    const { clock, book, stateOf } = following(
      [line('a', 'ready'), line('b', 'ready'), { synced: true }],
      [line('b', 'ready'), { synced: true }, 'hang'],
    );
    await clock.advance(0);
    expect([stateOf('a'), stateOf('b')]).toEqual(['ready', 'ready']);
    await clock.advance(2000);
    expect([stateOf('a'), stateOf('b')]).toEqual(['unknown', 'ready']);
    await book.stop();
  });

  it('gives up a stream that has fallen silent', async () => {
    const { clock, book, directory } = following([line('a', 'ready'), { synced: true }, 'hang']);
    await clock.advance(0);
    await clock.advance(19_000);
    expect(directory.reads).toBe(1);
    await clock.advance(3000);
    expect(directory.reads).toBe(2);
    await book.stop();
  });

  it('believes no replica that knows an older start of a node', async () => {
    const { clock, book, stateOf } = following([line('a', 'ready', 2), { synced: true }, line('a', 'down', 1), 'hang']);
    await clock.advance(0);
    expect(stateOf('a')).toBe('ready');
    await book.stop();
  });
});
