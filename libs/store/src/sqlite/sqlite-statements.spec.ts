import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { CollectionDefinition, Query } from '../document-store.js';
import { cursorAfter, planQuery } from '../query-plan.js';
import { createIndex, createTable, selectPage } from './sqlite-statements.js';

const jobs: CollectionDefinition = {
  name: 'jobs',
  indexes: [
    { name: 'owner', fields: ['owner', 'status.since'] },
    { name: 'key', fields: ['key'], unique: true },
  ],
};

/** How SQLite would run each stretch of the query. */
function plansOf(query: Query): string[] {
  const database = new DatabaseSync(':memory:');
  database.exec([createTable('jobs'), ...jobs.indexes.map((index) => createIndex('jobs', index))].join(';'));
  const { stretches, order } = planQuery(jobs, query);
  const plans = stretches.map((stretch) => {
    const { sql, values } = selectPage('jobs', stretch, order);
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 10);
    return steps.map(({ detail }) => String(detail)).join('; ');
  });
  database.close();
  return plans;
}

describe('a query of the embedded database', () => {
  it('reads an index in its order, and sorts nothing', () => {
    const since = { field: 'status.since', direction: 'descending' } as const;
    expect(plansOf({ where: { owner: 'ada' }, sort: [since], limit: 10 })).toEqual([
      'SEARCH jobs USING INDEX jobs.owner (<expr>=?)',
    ]);
  });

  it('goes on after a cursor where the page before ended', () => {
    const since = { field: 'status.since', direction: 'ascending' } as const;
    const last = { _id: 'x', rev: 1, version: 1, owner: 'ada', status: { since: 7 } };
    const { order } = planQuery(jobs, { sort: [since], limit: 10 });
    const after = cursorAfter(last, order);
    expect(plansOf({ where: { owner: 'ada' }, sort: [since], limit: 10, after })).toEqual([
      'SEARCH jobs USING INDEX jobs.owner (<expr>=? AND <expr>=? AND _id>?)',
      'SEARCH jobs USING INDEX jobs.owner (<expr>=? AND <expr>>?)',
    ]);
  });

  it('finds by a unique index and by _id', () => {
    expect(plansOf({ where: { key: 'k' }, limit: 1 })[0]).toContain('USING INDEX jobs.key (<expr>=?)');
    expect(plansOf({ where: { _id: 'a' }, limit: 1 })[0]).toContain('(_id=?)');
  });
});
