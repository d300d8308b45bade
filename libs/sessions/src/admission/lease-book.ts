interface Sighting {
  rev: number;
  sinceMs: number;
}

/**
 * Which leases still hold, by this observer's own monotonic clock: a lease has ended when its document stayed unchanged for a
 * whole lease while the observer was looking. Whoever looks for the first time, or could not look for a while, gives everybody
 * a whole lease anew.
 */
export class LeaseBook {
  private readonly sightings = new Map<string, Sighting>();
  private lookedAtMs = -Infinity;

  constructor(private readonly leaseMs: number) {}

  /** All documents there are, at one moment of the observer's monotonic clock. */
  observe(documents: readonly { _id: string; rev: number }[], nowMs: number): void {
    if (nowMs - this.lookedAtMs > this.leaseMs / 2) this.sightings.clear();
    this.lookedAtMs = nowMs;
    const present = new Set(documents.map(({ _id }) => _id));
    for (const id of this.sightings.keys()) if (!present.has(id)) this.sightings.delete(id);
    for (const document of documents) this.see(document, nowMs);
  }

  /** One document, for example one that was just written here. */
  see({ _id, rev }: { _id: string; rev: number }, nowMs: number): void {
    if (this.sightings.get(_id)?.rev !== rev) this.sightings.set(_id, { rev, sinceMs: nowMs });
  }

  /** Since when the document has not changed, in ms; undefined for one that was never seen. */
  ageMs(id: string, nowMs: number): number | undefined {
    const seen = this.sightings.get(id);
    return seen === undefined ? undefined : nowMs - seen.sinceMs;
  }

  /** As of the last look. Positive evidence only: of an unknown document nothing has ended. */
  hasEnded(id: string): boolean {
    return (this.ageMs(id, this.lookedAtMs) ?? 0) > this.leaseMs;
  }
}
