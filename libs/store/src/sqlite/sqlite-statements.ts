import type { IndexDefinition, Scalar, SortField } from '../document-store.js';
import type { Comparison } from '../query-plan.js';
import type { SqliteValue } from './sqlite-thread.js';

export interface Statement {
  sql: string;
  values: SqliteValue[];
}

/** The same text in an index and in a query, else SQLite does not see that they belong together. Fields were checked. */
export function fieldExpression(field: string): string {
  if (field === '_id') return '_id';
  const path = field.split('.').map((name) => `."${name}"`);
  return `json_extract(document, '$${path.join('')}')`;
}

export function createTable(table: string): string {
  return (
    `CREATE TABLE IF NOT EXISTS "${table}" ` +
    '(_id TEXT NOT NULL PRIMARY KEY, rev INTEGER NOT NULL, document TEXT NOT NULL) STRICT'
  );
}

export function indexName(table: string, index: IndexDefinition): string {
  return `${table}.${index.name}`;
}

/** SQLite keeps this text as it is; another text under the same name is another index. */
export function createIndex(table: string, index: IndexDefinition): string {
  const columns = index.fields.map(fieldExpression);
  if (index.unique !== true) columns.push('_id');
  const kind = index.unique === true ? 'UNIQUE INDEX' : 'INDEX';
  return `CREATE ${kind} "${indexName(table, index)}" ON "${table}" (${columns.join(', ')})`;
}

export function selectPage(table: string, stretch: readonly Comparison[], order: readonly SortField[]): Statement {
  const { sql, values } = condition(stretch);
  // A field that is the same in the whole stretch would make SQLite sort what an index has in order.
  const same = new Set(
    stretch.filter(({ operator }) => operator === 'equal' || operator === 'absent').map(({ field }) => field),
  );
  const sort = order
    .filter(({ field }) => field === '_id' || !same.has(field))
    .map(({ field, direction }) => `${fieldExpression(field)} ${direction === 'ascending' ? 'ASC' : 'DESC'}`);
  return { sql: `SELECT document FROM "${table}"${sql} ORDER BY ${sort.join(', ')} LIMIT ?`, values };
}

export function countWhere(table: string, where: readonly Comparison[]): Statement {
  const { sql, values } = condition(where);
  return { sql: `SELECT count(*) FROM "${table}"${sql}`, values };
}

function condition(where: readonly Comparison[]): Statement {
  if (where.length === 0) return { sql: '', values: [] };
  const parts = where.map(comparison);
  return { sql: ` WHERE ${parts.map(({ sql }) => sql).join(' AND ')}`, values: parts.flatMap(({ values }) => values) };
}

const signs = { equal: '=', greater: '>', greaterOrEqual: '>=', less: '<', lessOrEqual: '<=' } as const;

function comparison(part: Comparison): Statement {
  const expression = fieldExpression(part.field);
  switch (part.operator) {
    case 'absent':
      return { sql: `${expression} IS NULL`, values: [] };
    case 'present':
      return { sql: `${expression} IS NOT NULL`, values: [] };
    case 'in':
      return { sql: `${expression} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(part.values)] };
    default:
      return { sql: `${expression} ${signs[part.operator]} ?`, values: [stored(part.value)] };
  }
}

/** As json_extract answers it. */
function stored(value: Scalar): SqliteValue {
  return typeof value === 'boolean' ? Number(value) : value;
}
