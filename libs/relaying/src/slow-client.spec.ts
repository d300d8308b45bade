import { afterEach, describe, expect, it } from 'vitest';
import { RelayHarness, WorkerHarness } from '@muster/testing';
import { defineWorker } from '@muster/worker-sdk';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

/** A worker that floods whoever asks, far beyond what the sockets between hold. */
async function startFlood(settings: Parameters<typeof RelayHarness.start>[0]): Promise<RelayHarness> {
  const harness = await RelayHarness.start({ windowBytes: 64_000_000, ...settings });
  const worker = await WorkerHarness.start(
    defineWorker({
      actions: {
        echo: (body) => body,
        flood: (parts: number | undefined, context) => {
          for (let n = 0; n < (parts ?? 150); n++) context.push('part', new Uint8Array(200_000));
        },
      },
    }),
  );
  endings.push(
    () => harness.stop(),
    () => worker.stop(),
  );
  await worker.init();
  harness.session.route({ role: 'solver', speaks: 'stream', address: worker.address });
  return harness;
}

async function stopReading(harness: RelayHarness): Promise<void> {
  const { leg, socket } = await harness.greet('abcdefghijklmnopqrstuv', 64_000_000);
  await leg.next('ack', ({ opens }) => opens === true);
  leg.send({ kind: 'req', role: 'solver', incarnation: 1, seq: 1, id: 'r1', action: 'flood' });
  socket.pause();
}

describe('a client that does not read', () => {
  it('is closed with 1013 when it has been over the mark for too long, while another goes on', async () => {
    const harness = await startFlood({ slowClientBytes: 100_000, slowClientMs: 200 });
    const other = await harness.connect();
    await stopReading(harness);
    await harness.closedWith(1013);
    expect(await other.call('solver', 'echo', 'still here')).toBe('still here');
  });

  it('is closed with 1013 at once when too much waits for it', async () => {
    const harness = await startFlood({ slowClientMs: 600_000, maxClientBytes: 5_000_000 });
    await stopReading(harness);
    await harness.closedWith(1013);
  });

  it('gets no more under way than one window, whatever credit it asks for', async () => {
    const harness = await startFlood({ windowBytes: 1_000_000, slowClientBytes: 2_000_000 });
    const { leg } = await harness.greet('abcdefghijklmnopqrstuv', 1_000_000_000);
    await leg.next('ack', ({ opens }) => opens === true);
    leg.send({ kind: 'req', role: 'solver', incarnation: 1, seq: 1, id: 'r1', action: 'flood' });
    await leg.next('ack', ({ received }) => received === 1);
    expect(leg.received.flatMap((frame) => (frame.kind === 'binary' ? [frame.seq] : []))).toEqual([1, 2, 3, 4]);
  });
});

describe('a client that reads', () => {
  it('gets all of a flood, as it acknowledges', async () => {
    const harness = await startFlood({ windowBytes: 1_000_000 });
    const connection = await harness.connect();
    let bytes = 0;
    connection.on('binary', ({ payload }) => (bytes += payload.byteLength));
    await connection.call('solver', 'flood', 30);
    expect(bytes).toBe(6_000_000);
  });
});
