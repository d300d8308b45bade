import type { Collection, CollectionDefinition, DocumentStore, StoredDocument } from '../document-store.js';
import type { StoreOptions } from '../open-store.js';

/** How the conformance suite gets at one adapter. */
export interface StoreHarness {
  /** A new, empty database. */
  start(): Promise<DatabaseUnderTest>;
}

export interface DatabaseUnderTest {
  /** What this or another process opens the database with. */
  options: StoreOptions;
  /** From now on writes cannot succeed. */
  makeUnavailable(): Promise<void>;
  makeAvailable(): Promise<void>;
  /** Removes what the test made. */
  remove(): Promise<void>;
}

export interface Thing extends StoredDocument {
  name: string;
  place?: { row?: number; seat?: string; taken?: boolean };
  data?: unknown;
}

export const things: CollectionDefinition = {
  name: 'things',
  indexes: [
    { name: 'name', fields: ['name'], unique: true },
    { name: 'place', fields: ['place.row', 'place.seat'] },
    { name: 'taken', fields: ['place.taken'] },
  ],
};

export function aThing(id: string, members: Partial<Thing> = {}): Omit<Thing, 'rev'> {
  return { _id: id, version: 1, name: `name of ${id}`, ...members };
}

/** What a conformance case works with; made anew for each. */
export interface Bench {
  database: DatabaseUnderTest;
  store: DocumentStore;
  collection: Collection<Thing>;
  /** Another client of the same database; closed after the case. */
  openAnother(): Promise<Collection<Thing>>;
}
