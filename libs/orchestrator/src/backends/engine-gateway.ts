import type { EngineAddress } from './docker/engine-address.js';

/** See `gatewayOf`; loaded when asked for, as the back ends are. */
export async function engineGateway(engine: EngineAddress, network?: string): Promise<string> {
  return (await import('./docker/engine-gateway.js')).gatewayOf(engine, network);
}
