import type { NodeId } from '@muster/contracts';
import { MemoryCollection } from '@muster/testing';
import { expect, it } from 'vitest';
import { Drains, type DrainDocument } from './drains.js';
import { NodeBook } from './node-book.js';
import { defaultBookPolicy } from './node-silence.js';

/** A database whose next answer is held back until the test lets it go. */
class SlowCollection extends MemoryCollection<DrainDocument> {
  letGo: () => void = () => undefined;
  private held = Promise.resolve();

  hold(): void {
    this.held = new Promise((resolve) => (this.letGo = resolve));
  }

  override async find(...query: Parameters<MemoryCollection<DrainDocument>['find']>) {
    const { held } = this;
    this.held = Promise.resolve();
    const answer = await super.find(...query);
    await held;
    return answer;
  }
}

it('a drain mark counts from its answer on, also where an older reading of the marks comes late', async () => {
  const documents = new SlowCollection();
  const drains = new Drains(documents, new NodeBook(defaultBookPolicy));
  documents.hold();
  const older = drains.refresh();
  await drains.drain({ _id: 'nod_a' as NodeId, version: 1, by: 'usr_1', reason: null, atMs: 0 });
  documents.letGo();
  await older;
  expect(drains.get('nod_a' as NodeId)).toMatchObject({ by: 'usr_1' });
});
