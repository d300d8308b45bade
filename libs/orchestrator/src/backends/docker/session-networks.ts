import type { SessionId } from '@muster/contracts';
import { NoCapacity } from '../../contract/errors.js';
import type { Ownership } from '../../contract/ownership.js';
import { networkLabels, ownerLabel, readNetworkLabels } from './container-labels.js';
import { networkName } from './container-spec.js';
import type { DockerApi, NetworkDetails } from './docker-api.js';
import { EngineRefusal } from './engine-refusal.js';
import { startError } from './start-errors.js';
import { freeSubnets, type SubnetPool } from './subnet-choice.js';

type Owner = Pick<Ownership, 'installationId' | 'nodeId'>;

/**
 * A network per session, for its workloads on this engine alone: made when the first of them starts, removed when none of them
 * runs. Its subnet is our choice, since the engine's own pools end at about 30 networks.
 */
export class SessionNetworks {
  private readonly there = new Set<SessionId>();
  private readonly starts = new Map<SessionId, number>();
  /** Taken by somebody whom we do not see: behind a proxy, or no engine's network at all. */
  private readonly refused = new Set<string>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly api: DockerApi,
    private readonly owner: Owner,
    /** Absent: none are made, and those of earlier are removed. */
    private readonly subnets: SubnetPool | undefined,
  ) {}

  /** Starts a workload in the network of its session, which stays at least until then; undefined = it has none of its own. */
  async use<T>({ sessionId }: Ownership, start: (network: string | undefined) => Promise<T>): Promise<T> {
    const { subnets } = this;
    if (subnets === undefined || sessionId === undefined) return start(undefined);
    this.count(sessionId, 1);
    try {
      const name = networkName(this.ownerName, sessionId);
      if (!this.there.has(sessionId)) await this.inTurn(() => this.make(name, sessionId, subnets));
      return await start(name);
    } catch (error) {
      // Perhaps because somebody removed it: the next start looks.
      this.there.delete(sessionId);
      throw error;
    } finally {
      this.count(sessionId, -1);
    }
  }

  /** Removes the networks of all sessions but these, and but those of which a workload is starting. */
  async removeUnused(running: ReadonlySet<SessionId>): Promise<void> {
    for (const { Id, Labels } of await this.api.networks([ownerLabel(this.ownerName)])) {
      const session = readNetworkLabels(Labels, this.ownerName);
      if (session !== undefined && !running.has(session)) await this.inTurn(() => this.remove(Id, session));
    }
  }

  private get ownerName(): string {
    return `${this.owner.installationId}/${this.owner.nodeId}`;
  }

  private async make(name: string, session: SessionId, subnets: SubnetPool): Promise<void> {
    if (this.there.has(session)) return;
    const networks = await this.api.networks([]);
    const isOurs = ({ Name, Labels }: NetworkDetails): boolean =>
      Name === name && readNetworkLabels(Labels, this.ownerName) === session;
    if (!networks.some(isOurs)) await this.create(name, session, { subnets, taken: networks.flatMap(subnetsOf) });
    this.there.add(session);
  }

  private async create(
    name: string,
    session: SessionId,
    { subnets, taken }: { subnets: SubnetPool; taken: readonly string[] },
  ): Promise<void> {
    const labels = networkLabels(this.owner, this.ownerName, session);
    for (const subnet of freeSubnets(subnets, [...taken, ...this.refused])) {
      try {
        return await this.api.createNetwork(name, subnet, labels);
      } catch (error) {
        if (!isOverlap(error)) throw networkError(error, name);
        this.refused.add(subnet);
      }
    }
    // Whoever had them may have given them back until the next start.
    this.refused.clear();
    throw new NoCapacity(`no subnet of ${subnets.pool} is free`);
  }

  /** One that still has containers, or is gone, is left as it is. */
  private async remove(id: string, session: SessionId): Promise<void> {
    if (this.starts.has(session)) return;
    this.there.delete(session);
    await this.api.removeNetwork(id).catch((error: unknown) => {
      if (!(error instanceof EngineRefusal)) throw error;
    });
  }

  /** The engine would take two networks of one name, and nobody could say which one is meant. */
  private async inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    await turn;
  }

  private count(session: SessionId, change: 1 | -1): void {
    const starts = (this.starts.get(session) ?? 0) + change;
    if (starts === 0) this.starts.delete(session);
    else this.starts.set(session, starts);
  }
}

function subnetsOf({ IPAM }: NetworkDetails): string[] {
  return (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
}

function isOverlap(error: unknown): boolean {
  return error instanceof EngineRefusal && /overlap/i.test(error.said);
}

function networkError(error: unknown, name: string): Error {
  return error instanceof EngineRefusal && error.status === 409
    ? new NoCapacity(`the name ${name} is taken by a network of somebody else`)
    : startError(error);
}
