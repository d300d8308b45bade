import type { Peer, RunRequest } from '@muster/contracts/wire';

/** The peers as the newest view knows them. Older views are ignored. */
export class PeerTable {
  #peers = new Map<string, Peer>();
  #epoch = -1;
  #view = -1;
  readonly #waiting = new Set<() => void>();
  readonly #watching = new Set<(role: string) => void>();

  /** Changes with every view that was taken. */
  get version(): string {
    return `${this.#epoch}/${this.#view}`;
  }

  get hasView(): boolean {
    return this.#view >= 0;
  }

  get(role: string): Peer | undefined {
    return this.#peers.get(role);
  }

  list(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** The peers that are new, were restarted or changed their state; undefined when the view is not newer. */
  apply({ epoch, view, peers }: RunRequest): Peer[] | undefined {
    if (epoch < this.#epoch || (epoch === this.#epoch && view <= this.#view)) return undefined;
    [this.#epoch, this.#view] = [epoch, view];
    const before = this.#peers;
    this.#peers = new Map(peers.map((peer) => [peer.role, peer]));
    const changed = peers.filter((peer) => isChanged(before.get(peer.role), peer));
    const replaced = [...before.values()].filter((peer) => this.get(peer.role)?.incarnation !== peer.incarnation);
    for (const { role } of replaced) this.#watching.forEach((watcher) => watcher(role));
    for (const wake of this.#waiting) wake();
    return changed;
  }

  /** Resolves with the next view, or when the signal is aborted. */
  nextView(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      if (signal.aborted) return resolve();
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  /** Calls `then` when this role's worker is replaced or gone; the answer ends the watch. */
  onReplaced(role: string, then: () => void): () => void {
    const watcher = (replaced: string): void => {
      if (replaced === role) then();
    };
    this.#watching.add(watcher);
    return () => this.#watching.delete(watcher);
  }
}

function isChanged(before: Peer | undefined, now: Peer): boolean {
  return (
    before === undefined ||
    before.incarnation !== now.incarnation ||
    before.state !== now.state ||
    before.address !== now.address
  );
}
