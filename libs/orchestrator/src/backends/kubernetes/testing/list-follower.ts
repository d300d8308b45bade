import type { Change, ListWatch } from '../list-watch.js';
import type { Thing } from './misbehaving-list.js';

/** A follower that keeps what it is told, as every follower must be able to. */
export class ListFollower {
  readonly told: string[] = [];
  readonly things = new Map<string, number>();
  constructor(list: ListWatch<Thing>) {
    list.follow((change) => this.take(change));
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  }

  private take(change: Change<Thing>): void {
    if (change.type === 'synced') {
      this.things.clear();
      for (const { metadata, value } of change.items) this.things.set(metadata.name, value);
      this.told.push(`synced ${change.items.length}`);
    } else {
      const { metadata, value } = change.item;
      if (change.type === 'changed') this.things.set(metadata.name, value);
      else this.things.delete(metadata.name);
      this.told.push(`${change.type} ${metadata.name}`);
    }
  }
}
