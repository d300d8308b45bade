import { installationLabel, type EnginePolicy } from './policy.js';
import { isObject } from './rules.js';
import { parseStrictly } from './strict-json.js';

/** The parameter `filters` with these names only, in one spelling: lists of texts. */
export function filtersOf(names: readonly string[]): (written: string) => string | undefined {
  return (written) => {
    const parsed = parseStrictly(written);
    if (!('value' in parsed) || !isObject(parsed.value)) return undefined;
    const entries = Object.entries(parsed.value).map(([name, value]) => [name, textsOf(value)] as const);
    return entries.every(([name, texts]) => names.includes(name) && texts !== undefined)
      ? JSON.stringify(Object.fromEntries(entries))
      : undefined;
  };
}

/** The engine shows only what fits all labels; so one more is enough to keep what belongs to others out of sight. */
export function addOwnership(written: string | undefined, { installationId }: EnginePolicy): string {
  const filters = JSON.parse(written ?? '{}') as Record<string, string[]>;
  return JSON.stringify({ ...filters, label: [...(filters['label'] ?? []), `${installationLabel}=${installationId}`] });
}

/** The old spelling is `{"a": true}` for `["a"]`. */
function textsOf(value: unknown): string[] | undefined {
  const texts = isObject(value) && Object.values(value).every((each) => each === true) ? Object.keys(value) : value;
  return Array.isArray(texts) && texts.every((each) => typeof each === 'string') ? (texts as string[]) : undefined;
}
