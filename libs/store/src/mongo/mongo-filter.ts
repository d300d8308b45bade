import type { SortField } from '../document-store.js';
import type { Comparison } from '../query-plan.js';

const operators = { greater: '$gt', greaterOrEqual: '$gte', less: '$lt', lessOrEqual: '$lte' } as const;

/** Conditions as a MongoDB filter; several on one field stand side by side. */
export function filterOf(where: readonly Comparison[]): Record<string, unknown> {
  const [first, ...rest] = where.map(comparison);
  if (first === undefined) return {};
  return rest.length === 0 ? first : { $and: [first, ...rest] };
}

export function sortOf(order: readonly SortField[]): Record<string, 1 | -1> {
  return Object.fromEntries(order.map(({ field, direction }) => [field, direction === 'ascending' ? 1 : -1]));
}

function comparison(part: Comparison): Record<string, unknown> {
  switch (part.operator) {
    case 'equal':
      return { [part.field]: part.value };
    case 'absent':
      return { [part.field]: null };
    case 'present':
      return { [part.field]: { $ne: null } };
    case 'in':
      return { [part.field]: { $in: part.values } };
    default:
      return { [part.field]: { [operators[part.operator]]: part.value } };
  }
}
