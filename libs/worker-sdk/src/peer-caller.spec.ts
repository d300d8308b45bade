import { afterEach, describe, expect, it } from 'vitest';
import { WorkerHarness } from '@muster/testing';
import { Fence } from './fence.js';
import { defineWorker } from './index.js';
import { PeerCaller } from './peer-caller.js';
import { PeerTable } from './peer-table.js';
import { realTimers } from './timers.js';

let model: WorkerHarness | undefined;
afterEach(() => model?.stop());

describe('a call to a peer that is replaced', () => {
  it('before it was connected goes to the next incarnation', async () => {
    const definition = defineWorker({ actions: { who: (_, { incarnation }) => incarnation } });
    model = await WorkerHarness.start(definition, { role: 'model', variables: { MUSTER_INCARNATION: '2' } });
    await model.init();
    const table = new PeerTable();
    const view = (incarnation: number) => ({
      view: incarnation,
      epoch: 1,
      controlUrl: '',
      peers: [model!.asPeer(incarnation)],
    });
    table.apply(view(1));
    const fence = new Fence('ses_1', 1);
    fence.raise(1);
    const caller = new PeerCaller({
      sessionId: 'ses_1',
      role: 'solver',
      incarnation: 1,
      fence,
      table,
      timers: realTimers,
      maxBodyBytes: 1000,
      signal: new AbortController().signal,
    });
    const answer = caller.call({ role: 'model', action: 'who', body: null });
    table.apply(view(2));
    expect(await answer).toBe(2);
  });
});
