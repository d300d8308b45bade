import { afterEach, describe, expect, it } from 'vitest';
import { WorkerHarness } from '@muster/testing';
import { defineWorker, type WorkerDefinition } from './index.js';
import { childTrace } from './trace.js';

const traceId = 'a'.repeat(32);
const traceparent = `00-${traceId}-${'b'.repeat(16)}-00`;

let harness: WorkerHarness | undefined;
afterEach(() => harness?.stop());
const start = async (definition: WorkerDefinition, variables: Record<string, string> = {}): Promise<WorkerHarness> =>
  (harness = await WorkerHarness.start(defineWorker(definition), { variables }));

describe('the trace of a worker', () => {
  it('is that of its session when it registers, recorded or not as that says', async () => {
    const { control } = await start({}, { TRACEPARENT: traceparent });
    const call = await control.called('register');
    expect(call.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    expect(call.traceparent).not.toBe(traceparent);
  });

  it('is none where none is given', async () => {
    const { control } = await start({});
    expect((await control.called('register')).traceparent).toBeUndefined();
  });

  it('is that of the call while it is initialised, also in its log', async () => {
    const worker = await start({ onInit: ({ log }) => log.info('prepares') });
    const body = { sessionId: 'ses_1', role: 'solver', incarnation: 1, epoch: 1, controlUrl: worker.control.url };
    await worker.post('/v1/init', body, { headers: { traceparent } });
    expect(worker.logLines).toContainEqual(expect.objectContaining({ msg: 'prepares', traceId }));
  });

  it('begins anew below what is no traceparent', () => {
    expect(childTrace('nonsense')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
