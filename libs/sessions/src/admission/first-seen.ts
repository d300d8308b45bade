/** How long each of some facts has been seen, by the observer's own monotonic clock. */
export class FirstSeen {
  private readonly seen = new Map<string, number>();

  /** Since this fact was first seen, in ms; 0 the first time. */
  ageMs(fact: string, nowMs: number): number {
    const sinceMs = this.seen.get(fact);
    if (sinceMs !== undefined) return nowMs - sinceMs;
    this.seen.set(fact, nowMs);
    return 0;
  }

  /** Forgets all other facts. */
  retain(facts: Iterable<string>): void {
    const kept = new Set(facts);
    for (const fact of this.seen.keys()) if (!kept.has(fact)) this.seen.delete(fact);
  }
}
