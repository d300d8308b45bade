import { type HarnessOptions, WorkerHarness } from '@muster/testing';
import { defineWorker, type WorkerDefinition } from '../index.js';

/** The workers of one test; `stop` ends all of them. */
export class OpenWorkers {
  private readonly open: WorkerHarness[] = [];

  async start(
    definition: WorkerDefinition | Promise<WorkerDefinition>,
    options?: HarnessOptions,
  ): Promise<WorkerHarness> {
    const loaded = definition instanceof Promise ? definition : defineWorker(definition);
    const harness = await WorkerHarness.start(loaded, options);
    this.open.push(harness);
    return harness;
  }

  /** Started, and its initial data taken. */
  async running(definition: WorkerDefinition, options?: HarnessOptions): Promise<WorkerHarness> {
    const harness = await this.start(definition, options);
    const { status } = await harness.init();
    if (status !== 200) throw new TypeError(`the worker refused its initial data with ${status}`);
    return harness;
  }

  async stop(): Promise<void> {
    for (const harness of this.open.splice(0)) await harness.stop();
  }
}

/** Ends only with this signal. */
export const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
