import { idPrefixes, type SessionServicesWish } from '@muster/contracts';
import { newId, Periodic, type Clock, type RandomSource } from '@muster/platform';

/** A session service as a pod. */
export interface SessionServicePod {
  readonly name: string;
  readonly instance: string;
  readonly state: 'live' | 'ending' | 'ended';
}

/** What runs them. `all` is undefined until they are known. */
export interface SessionServicePods {
  follow(onChange: () => void): void;
  all(): readonly SessionServicePod[] | undefined;
  /** False where there is one of this name. */
  create(name: string, instance: string): Promise<boolean>;
  remove(name: string, graceMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface ClusterSessionServicesParts {
  pods: SessionServicePods;
  /** Begins the names of pods: one name for each place, so that replicas of ours never start more than are wanted. */
  namePrefix: string;
  maxSessionServices: number;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

/** A wish that cannot be met is tried again so often, whatever happens. */
const againMs = 5000;

/**
 * Further session services as pods of a cluster, as many as global session wishes. They outlive us; what is there is all that
 * is known, so that our restart, or another replica of ours, starts none twice. One that ended gives its place to another.
 */
export class ClusterSessionServices {
  private wished: SessionServicesWish | undefined;
  private graceMs = 0;
  private readonly rounds: Periodic;

  constructor(private readonly parts: ClusterSessionServicesParts) {
    const { clock, random, onError } = parts;
    const run = (): Promise<void> => this.meet();
    this.rounds = new Periodic({ name: 'session services', periodMs: againMs, run, clock, random, onError });
  }

  start(): void {
    this.parts.pods.follow(() => this.rounds.poke());
    this.rounds.start();
  }

  /** Global session's wish, repeated periodically. Starts what is missing; stops only what is named. */
  wish(wish: SessionServicesWish, graceMs: number): void {
    this.wished = wish;
    this.graceMs = graceMs;
    this.rounds.poke();
  }

  /** Lets go of them; they go on. */
  async stop(): Promise<void> {
    await this.rounds.stop();
    await this.parts.pods.close();
  }

  private async meet(): Promise<void> {
    const all = this.parts.pods.all();
    if (this.wished === undefined || all === undefined) return;
    const { further, stop } = this.wished;
    for (const pod of all)
      if (pod.state === 'ended' || (pod.state === 'live' && stop.includes(pod.instance))) await this.remove(pod);
    const live = all.filter(({ state, instance }) => state === 'live' && !stop.includes(instance));
    const missing = Math.min(further, this.parts.maxSessionServices) - live.length;
    for (const name of this.freeNames(all).slice(0, Math.max(0, missing))) await this.create(name);
  }

  /** Names of places at which there is none, not even one that is going. */
  private freeNames(all: readonly SessionServicePod[]): string[] {
    const taken = new Set(all.map(({ name }) => name));
    const { namePrefix, maxSessionServices } = this.parts;
    // One that is going keeps its place for a while: its successor must not wait for it.
    const names = Array.from({ length: 2 * maxSessionServices }, (_, place) => `${namePrefix}-${place + 1}`);
    return names.filter((name) => !taken.has(name));
  }

  private async create(name: string): Promise<void> {
    await this.parts.pods.create(name, newId(idPrefixes.instance, this.parts.random));
  }

  private async remove({ name, state }: SessionServicePod): Promise<void> {
    await this.parts.pods.remove(name, state === 'ended' ? 0 : this.graceMs);
  }
}
