import {
  MusterError,
  type NodeStateLine,
  type PlacementAsk,
  type PlanAnswer,
  type SessionServicesWish,
} from '@muster/contracts';
import { readJsonLines } from '@muster/platform';
import type { AdmissionCalls } from './calls.js';
import type { Directory } from './ports.js';

const base = '/internal/v1/global-directory';
const syncDeadlineMs = 10_000;

export class HttpDirectory implements Directory {
  constructor(private readonly calls: AdmissionCalls) {}

  plan(body: PlacementAsk, deadlineMs: number): Promise<PlanAnswer> {
    return this.calls.toService('global-directory', {
      method: 'POST',
      path: `${base}/placements/plan`,
      body,
      deadlineMs,
    });
  }

  async wish(body: SessionServicesWish): Promise<void> {
    await this.calls.toService('global-directory', { method: 'PUT', path: `${base}/session-services`, body });
  }

  /** From the first part of the stream of node states, which names all nodes that are known now. */
  async localDirectories(): Promise<string[]> {
    const [address] = this.calls.addressesOf('global-directory');
    if (address === undefined)
      throw new MusterError('upstream-unavailable', 'no address of global-directory is configured');
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(syncDeadlineMs)]);
    const origins = new Set<string>();
    try {
      const answer = await this.calls.streamFrom(address, { method: 'GET', path: `${base}/node-states`, signal });
      for await (const line of readJsonLines<NodeStateLine>(answer.body)) {
        if ('synced' in line) break;
        if ('node' in line && line.state !== 'down') origins.add(new URL(line.address).origin);
      }
      return [...origins];
    } finally {
      enough.abort();
    }
  }
}
