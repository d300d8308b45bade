import type { ApiAccess, ApiCall } from '../api-call.js';
import { ApiTransport, type ApiLimits } from '../api-transport.js';
import { HastyClock } from './hasty-clock.js';
import { MisbehavingApi } from './misbehaving-api.js';

export const get: ApiCall = { method: 'GET', path: '/things', question: 'its things' };
export const post: ApiCall = { method: 'POST', path: '/things', body: { value: 1 }, question: 'to make a thing' };

/** A transport before an API server that misbehaves. */
export class ApiBench {
  readonly clock = new HastyClock();
  readonly transport: ApiTransport;
  /** Lets what was sent arrive. */
  readonly settled = (): Promise<void> => this.clock.advance(0);

  private constructor(
    readonly api: MisbehavingApi,
    limits: Partial<ApiLimits>,
    access: Partial<ApiAccess>,
  ) {
    const nobody = { server: api.url, tls: async () => ({}), authorization: async () => undefined };
    this.transport = new ApiTransport({ ...nobody, ...access }, { limits, clock: this.clock });
  }

  static async start(limits: Partial<ApiLimits> = {}, access: Partial<ApiAccess> = {}): Promise<ApiBench> {
    return new ApiBench(await MisbehavingApi.start(), limits, access);
  }

  async stop(): Promise<void> {
    this.transport.close();
    await this.api.stop();
  }
}
