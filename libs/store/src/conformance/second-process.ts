/**
 * Another process that uses the same database. Runs straight from source, so it resolves the `.js` of our imports to
 * the `.ts` beside. Argument: a job as JSON. Says `opened`, waits for a line, works, and says each id that it wrote.
 */
import { once } from 'node:events';
import { registerHooks } from 'node:module';
import type { StoreOptions } from '../open-store.js';
import type { Thing } from './harness.js';

registerHooks({
  resolve(specifier, context, next) {
    const ours = specifier.startsWith('.') && specifier.endsWith('.js') && !context.parentURL?.includes('node_modules');
    return next(ours ? specifier.replace(/js$/, 'ts') : specifier, context);
  },
});

interface Job {
  options: StoreOptions;
  job: 'increase' | 'insert';
  times: number;
}

const { openStore, updateDocument } = await import('../index.js');
const { aThing, things } = await import('./harness.js');
const { options, job, times } = JSON.parse(String(process.argv[2])) as Job;
const store = await openStore(options);
const collection = store.collection<Thing>(things);
await store.ready();
console.log('opened');
await once(process.stdin, 'data');
for (let n = 0; n < times; n += 1) {
  if (job === 'insert') console.log((await collection.insert(aThing(`second-${n}`)))._id);
  else await updateDocument(collection, 'shared', (it) => ({ ...it, data: Number(it.data) + 1 }), { attempts: 200 });
}
await store.close();
process.stdin.destroy();
