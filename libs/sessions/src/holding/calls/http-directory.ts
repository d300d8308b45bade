import {
  MusterError,
  type NodeStateLine,
  type PlacementAsk,
  type ReleaseAsk,
  type ReserveAnswer,
} from '@muster/contracts';
import { readJsonLines } from '@muster/platform';
import type { DirectoryPort } from '../ports.js';
import type { ServiceCalls } from './service-calls.js';

const base = '/internal/v1/global-directory';
/** Several nodes may be tried one after the other. */
const reserveDeadlineMs = 20_000;

export class HttpDirectory implements DirectoryPort {
  private next = 0;

  constructor(private readonly calls: ServiceCalls) {}

  reserve(body: PlacementAsk, signal: AbortSignal): Promise<ReserveAnswer> {
    const path = `${base}/placements/reserve`;
    return this.calls.toService('global-directory', {
      method: 'POST',
      path,
      body,
      signal,
      deadlineMs: reserveDeadlineMs,
    });
  }

  async release(body: ReleaseAsk, signal: AbortSignal): Promise<void> {
    await this.calls.toService('global-directory', {
      method: 'POST',
      path: `${base}/placements/release`,
      body,
      signal,
    });
  }

  /** Each time from the next replica, so that one that cannot be reached is passed over. */
  async *nodeStates(signal: AbortSignal): AsyncGenerator<NodeStateLine> {
    const addresses = this.calls.addressesOf('global-directory');
    const address = addresses[this.next++ % addresses.length];
    if (address === undefined)
      throw new MusterError('upstream-unavailable', 'no address of global-directory is configured');
    const answer = await this.calls.streamFrom(address, { method: 'GET', path: `${base}/node-states`, signal });
    yield* readJsonLines<NodeStateLine>(answer.body);
  }
}
