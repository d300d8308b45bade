import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CreditWindow } from './credit.js';
import { isLargerThan } from './encoded.js';
import { ReceiveLedger } from './receive-ledger.js';
import { StreamLedger } from './stream-ledger.js';

const encodeGap = ({ firstSeq, lastSeq }: { firstSeq: number; lastSeq: number }): string =>
  `gap ${firstSeq} ${lastSeq}`;
const aLedger = (options: { bufferBytes?: number; credit?: number; lastSeq?: number } = {}): StreamLedger =>
  new StreamLedger({ credit: 1000, encodeGap, ...options });
const frame = (seq: number): string => `frame ${seq}`;
const fill = (ledger: StreamLedger, count: number): void => {
  for (let i = 0; i < count; i++) ledger.append(frame);
};

describe('the sender of a stream', () => {
  it('numbers frames from 1 and sends them in order, each once', () => {
    const ledger = aLedger();
    fill(ledger, 2);
    expect(ledger.takeSendable()).toEqual(['frame 1', 'frame 2']);
    fill(ledger, 1);
    expect(ledger.takeSendable()).toEqual(['frame 3']);
    expect(ledger.takeSendable()).toEqual([]);
  });

  it('has no more under way than the receiver gave credit for', () => {
    const ledger = aLedger({ credit: 15 });
    fill(ledger, 4);
    expect(ledger.takeSendable()).toEqual(['frame 1', 'frame 2']);
    ledger.acknowledge(1, 15);
    expect(ledger.takeSendable()).toEqual(['frame 3']);
    ledger.acknowledge(3, 0);
    expect(ledger.takeSendable()).toEqual([]);
  });

  it('sends one frame that is larger than the window when nothing else is under way', () => {
    const ledger = aLedger({ credit: 3 });
    fill(ledger, 2);
    expect(ledger.takeSendable()).toEqual(['frame 1']);
  });

  it('repeats what was not acknowledged once the receiver says where it stands, and nothing before', () => {
    const ledger = aLedger();
    fill(ledger, 3);
    ledger.takeSendable();
    ledger.detach();
    ledger.acknowledge(1, 1000);
    expect(ledger.takeSendable()).toEqual([]);
    ledger.reopen(2, 1000);
    expect(ledger.takeSendable()).toEqual(['frame 3']);
  });

  it('refuses a frame beyond its buffer; what is given up becomes one gap', () => {
    const ledger = aLedger({ bufferBytes: 28, credit: 7 });
    fill(ledger, 4);
    expect(ledger.takeSendable()).toEqual(['frame 1']);
    expect(ledger.append(frame)).toBe(false);
    expect(ledger.loseUnsent()).toEqual({ firstSeq: 2, lastSeq: 4 });
    expect(ledger.append(frame)).toBe(true);
    expect(ledger.loseUnsent()).toEqual({ firstSeq: 2, lastSeq: 5 });
    ledger.acknowledge(1, 100);
    expect(ledger.takeSendable()).toEqual(['gap 2 5']);
  });

  it('tells a receiver that forgot what it had that those frames are lost', () => {
    const ledger = aLedger();
    fill(ledger, 3);
    ledger.takeSendable();
    ledger.acknowledge(2, 1000);
    ledger.reopen(0, 1000);
    ledger.reopen(0, 1000);
    expect(ledger.takeSendable()).toEqual(['gap 1 2', 'frame 3']);
  });

  it('says so when it takes up a stream whose frames it does not have', () => {
    const ledger = aLedger({ lastSeq: 7 });
    ledger.loseNext();
    fill(ledger, 1);
    expect(ledger.takeSendable()).toEqual(['gap 8 8', 'frame 9']);
  });
});

describe('frames that are lost in a row', () => {
  it('take the room of one gap, however many there are', () => {
    const ledger = aLedger();
    ledger.loseNext();
    const keptBytes = ledger.keptBytes;
    for (let left = 8; left > 0; left -= 1) ledger.loseNext();
    expect(ledger.keptBytes).toBe(keptBytes);
    fill(ledger, 1);
    ledger.loseNext();
    ledger.reopen(0, 1000);
    expect(ledger.takeSendable()).toEqual(['gap 1 9', 'frame 10', 'gap 11 11']);
    ledger.loseNext();
    expect(ledger.takeSendable()).toEqual(['gap 12 12']);
  });
});

describe('the size of a frame', () => {
  it.each([
    ['ascii', 5],
    ['ümlaut', 7],
    ['語', 3],
    ['😀', 4],
    [new Uint8Array(9), 9],
  ])('counts what goes over the wire (%s)', (encoded, bytes) => {
    expect([isLargerThan(encoded, bytes - 1), isLargerThan(encoded, bytes)]).toEqual([true, false]);
  });
});

describe('a sender whose connection does not carry large frames', () => {
  const sized = (bytes: number) => (seq: number) => `${seq}`.padEnd(bytes, '.');

  it('puts a gap in the place of each of them', () => {
    const ledger = aLedger();
    for (const bytes of [3, 30, 3, 40]) ledger.append(sized(bytes));
    expect(ledger.loseLargerThan(10)).toEqual([
      { firstSeq: 2, lastSeq: 2 },
      { firstSeq: 4, lastSeq: 4 },
    ]);
    expect(ledger.takeSendable()).toEqual(['1..', 'gap 2 2', '3..', 'gap 4 4']);
    expect(ledger.keptBytes).toBe('1..gap 2 23..gap 4 4'.length);
    expect(ledger.loseLargerThan(1)).toEqual([
      { firstSeq: 1, lastSeq: 1 },
      { firstSeq: 3, lastSeq: 3 },
    ]);
  });
});

describe('the receiver of a stream', () => {
  it('takes each frame once and in order, and reports gaps; what comes early is left to come again', () => {
    const ledger = new ReceiveLedger();
    expect([1, 1, 2, 4].map((seq) => ledger.accept(seq))).toEqual(['new', 'duplicate', 'new', 'early']);
    expect(ledger.skip({ firstSeq: 5, lastSeq: 6 })).toBeUndefined();
    expect(ledger.skip({ firstSeq: 1, lastSeq: 6 })).toEqual({ firstSeq: 3, lastSeq: 6 });
    expect(ledger.skip({ firstSeq: 1, lastSeq: 6 })).toBeUndefined();
    expect(ledger.received).toBe(6);
  });

  it('gives as much credit as it has room', () => {
    const window = new CreditWindow(100);
    window.arrived(130);
    expect(window.credit).toBe(0);
    window.taken(60);
    expect([window.credit, window.isAckDue]).toEqual([30, true]);
    window.acknowledged();
    expect(window.isAckDue).toBe(false);
  });
});

/**
 * One connection: what is on it is delivered in order, or lost with it. `line` is the relay's line to the receiver: it breaks
 * and is made again, and the sender sends on until it hears of it.
 */
type Step =
  | { do: 'send' }
  | { do: 'deliver'; count: number }
  | { do: 'ack' }
  | { do: 'reconnect'; repeated: number }
  | { do: 'line'; dropped: number; unaware: number }
  | { do: 'overflow' };
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'send' }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'ack' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), repeated: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('line' as const), dropped: fc.nat(4), unaware: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'overflow' }) },
);

describe('a stream over connections that are lost at any moment', () => {
  it('loses nothing silently and delivers nothing twice', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 80 }), (script) => {
        const sender = aLedger({ credit: 40, bufferBytes: 80 });
        const receiver = new ReceiveLedger();
        const seen: number[] = [];
        let wire: string[] = [];
        const deliver = (message: string): void => {
          const [kind, first, last] = message.split(' ');
          if (kind === 'frame') {
            if (receiver.accept(Number(first)) === 'new') seen.push(Number(first));
            return;
          }
          const lost = receiver.skip({ firstSeq: Number(first), lastSeq: Number(last) });
          for (let seq = lost?.firstSeq ?? 1; seq <= (lost?.lastSeq ?? 0); seq++) seen.push(seq);
        };
        const run = (step: Step): void => {
          if (step.do === 'send') sender.append(frame);
          if (step.do === 'deliver') wire.splice(0, step.count).forEach(deliver);
          if (step.do === 'ack') sender.acknowledge(receiver.received, 40);
          if (step.do === 'overflow') sender.loseUnsent();
          if (step.do === 'reconnect') {
            const late = wire.slice(0, step.repeated);
            sender.detach();
            sender.reopen(receiver.received, 40);
            // The old relay still delivers what it had read.
            late.forEach(deliver);
            wire = [];
          }
          if (step.do === 'line') {
            wire.splice(0, step.dropped);
            const received = receiver.received;
            for (let i = 0; i < step.unaware; i++) sender.append(frame);
            wire.push(...(sender.takeSendable() as string[]));
            sender.reopen(received, 40);
          }
          wire.push(...(sender.takeSendable() as string[]));
          expect(sender.keptBytes).toBeLessThanOrEqual(80 + 'gap 100 100'.length);
        };
        script.forEach(run);
        for (let i = 0; i < 100; i++) {
          run({ do: 'deliver', count: 100 });
          run({ do: 'ack' });
        }
        expect(seen).toEqual(Array.from({ length: sender.lastSeq }, (_, index) => index + 1));
      }),
    );
  });
});
