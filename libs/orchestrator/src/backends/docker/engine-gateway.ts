import { InvalidSpec } from '../../contract/errors.js';
import { DockerApi } from './docker-api.js';
import { connectionOf, type EngineAddress } from './engine-address.js';

const defaultNetwork = 'bridge';

/**
 * The address of the engine's own computer in one of its networks: what containers there call to reach programs outside.
 * Throws `InvalidSpec` for a network that has none, `BackendUnavailable` when the engine does not answer.
 */
export async function gatewayOf(engine: EngineAddress, network = defaultNetwork): Promise<string> {
  const api = new DockerApi(connectionOf(engine));
  try {
    await api.connect();
    const { IPAM } = await api.network(network);
    const [gateway] = (IPAM?.Config ?? []).flatMap(({ Gateway, Subnet }) => Gateway || firstOf(Subnet) || []);
    if (gateway === undefined) throw new InvalidSpec(`the network ${network} has no gateway: name another one`);
    return gateway;
  } finally {
    api.close();
  }
}

/** An engine that does not name the gateway of its own bridge has taken the first address. IPv4 only. */
function firstOf(subnet: string | undefined): string | undefined {
  const [, network, last] = /^((?:\d+\.){3})(\d+)\/\d+$/.exec(subnet ?? '') ?? [];
  return network === undefined ? undefined : `${network}${Number(last) + 1}`;
}
