import { Buffer } from 'node:buffer';
import { declaredFields } from './definition.js';
import { indexedValue } from './document-check.js';
import type {
  CollectionDefinition,
  Condition,
  Query,
  Scalar,
  SortField,
  StoredDocument,
  Where,
} from './document-store.js';
import { ForeignCursor, InvalidQuery } from './store-errors.js';

/** One comparison that both databases know. */
export type Comparison =
  | { field: string; operator: 'equal' | 'greater' | 'greaterOrEqual' | 'less' | 'lessOrEqual'; value: Scalar }
  | { field: string; operator: 'in'; values: readonly Scalar[] }
  | { field: string; operator: 'absent' | 'present' };

/**
 * A query as stretches of the one order, to be read one after another until there are enough documents. A page after
 * a cursor is several stretches (same a, same b, later _id; same a, later b; later a), since each can follow an index,
 * which one query of alternatives cannot.
 */
export interface QueryPlan {
  stretches: readonly (readonly Comparison[])[];
  /** Ends with `_id`. */
  order: readonly SortField[];
  limit: number;
}

const maxLimit = 1000;

/** Throws InvalidQuery. */
export function planQuery(definition: CollectionDefinition, query: Query): QueryPlan {
  const { limit, sort = [], after } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    throw new InvalidQuery(`A page of ${definition.name} has 1 to ${maxLimit} documents, not ${limit}.`);
  }
  const where = comparisons(definition, query.where);
  checkFields(
    definition,
    sort.map(({ field }) => field),
  );
  const order = [...sort, { field: '_id', direction: sort.at(-1)?.direction ?? ('ascending' as const) }];
  const stretches = after === undefined ? [[]] : stretchesAfter(order, readCursor(definition.name, order, after));
  return { stretches: stretches.map((stretch) => [...where, ...stretch]), order, limit };
}

/** Throws InvalidQuery. */
export function comparisons(definition: CollectionDefinition, where: Where = {}): Comparison[] {
  checkFields(definition, Object.keys(where));
  return Object.entries(where).flatMap(([field, condition]) => compare(definition.name, field, condition));
}

/** What the next page begins after. */
export function cursorAfter(document: StoredDocument, order: readonly SortField[]): string {
  const values = order.map(({ field }) => indexedValue(document, field) ?? null);
  return Buffer.from(JSON.stringify([orderText(order), ...values])).toString('base64url');
}

function checkFields(definition: CollectionDefinition, fields: readonly string[]): void {
  const declared = declaredFields(definition);
  const unknown = fields.find((field) => !declared.has(field));
  if (unknown !== undefined) {
    throw new InvalidQuery(
      `Field ${unknown} of ${definition.name} is in no index; declare one to query or sort by it.`,
    );
  }
}

function compare(collection: string, field: string, condition: Condition): Comparison[] {
  if (condition === null) return [{ field, operator: 'absent' }];
  if (condition === undefined) throw new InvalidQuery(`The condition on ${field} of ${collection} is undefined.`);
  if (typeof condition !== 'object') return [{ field, operator: 'equal', value: condition }];
  if ('in' in condition) return [{ field, operator: 'in', values: condition.in }];
  const operators = { gt: 'greater', gte: 'greaterOrEqual', lt: 'less', lte: 'lessOrEqual' } as const;
  return Object.entries(condition).flatMap(([name, value]): Comparison[] => {
    if (!Object.hasOwn(operators, name))
      throw new InvalidQuery(`Unknown condition ${name} on ${field} of ${collection}.`);
    return value === undefined ? [] : [{ field, operator: operators[name as keyof typeof operators], value }];
  });
}

function readCursor(collection: string, order: readonly SortField[], cursor: string): (Scalar | null)[] {
  const foreign = new ForeignCursor(`This cursor is not of such a query of ${collection}; begin with the first page.`);
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw foreign;
  }
  if (!Array.isArray(values) || values.length !== order.length + 1 || values[0] !== orderText(order)) throw foreign;
  const position: unknown[] = values.slice(1);
  if (!position.every(isCursorValue) || typeof position.at(-1) !== 'string') throw foreign;
  return position;
}

function isCursorValue(value: unknown): value is Scalar | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function orderText(order: readonly SortField[]): string {
  return order.map(({ field, direction }) => `${field}:${direction === 'ascending' ? 'a' : 'd'}`).join();
}

/** The nearest stretch first: the longer the part that is equal to the cursor, the nearer. */
function stretchesAfter(order: readonly SortField[], position: readonly (Scalar | null)[]): Comparison[][] {
  const stretches: Comparison[][] = [];
  for (let equal = order.length - 1; equal >= 0; equal -= 1) {
    const same = order.slice(0, equal).map(({ field }, at) => sameAs(field, position[at] ?? null));
    for (const later of laterThan(order[equal] as SortField, position[equal] ?? null)) stretches.push([...same, later]);
  }
  return stretches;
}

function sameAs(field: string, value: Scalar | null): Comparison {
  return value === null ? { field, operator: 'absent' } : { field, operator: 'equal', value };
}

/** Absent members come first in ascending and last in descending order. */
function laterThan({ field, direction }: SortField, value: Scalar | null): Comparison[] {
  if (direction === 'ascending') {
    return value === null ? [{ field, operator: 'present' }] : [{ field, operator: 'greater', value }];
  }
  if (value === null) return [];
  return field === '_id' ? [less(field, value)] : [less(field, value), { field, operator: 'absent' }];
}

function less(field: string, value: Scalar): Comparison {
  return { field, operator: 'less', value };
}
