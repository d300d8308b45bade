import type { FixableProblem } from './problems.js';

const byteUnits: Record<string, number> = {
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** Bytes of a text like `256Mi`, `1.5Gi` or `2G`; undefined when it is not one. */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Math.round(Number(amount) * (byteUnits[unit] ?? 1));
}

/** Thousandths of a core of a text like `500m`; undefined when it is not one. */
export function parseMillis(text: string): number | undefined {
  const [, amount] = /^(\d+)m$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount);
}

/**
 * Turns the sizes that people write in YAML into numbers, in place: members that end in `Bytes`, and `cpuMillis`, inside
 * every `hardware`. Everything else, other texts among it, is left alone. Answers what is not a size.
 */
export function convertSizes(entry: unknown): FixableProblem[] {
  if (!isObject(entry)) return [];
  const roles = isObject(entry['roles']) ? Object.entries(entry['roles']) : [];
  return [
    ...convertWithin(entry['hardware'], 'hardware'),
    ...roles.flatMap(([role, spec]) =>
      isObject(spec) ? convertWithin(spec['hardware'], `roles.${role}.hardware`) : [],
    ),
  ];
}

function convertWithin(value: unknown, path: string): FixableProblem[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === 'labels' || name === 'prefers') return [];
    if (typeof member !== 'string') return convertWithin(member, `${path}.${name}`);
    const parse = name.endsWith('Bytes') ? parseBytes : name === 'cpuMillis' ? parseMillis : undefined;
    if (parse === undefined) return [];
    const number = parse(member);
    if (number === undefined) return [notASize(`${path}.${name}`, name, member)];
    value[name] = number;
    return [];
  });
}

function notASize(member: string, name: string, text: string): FixableProblem {
  const fix = name === 'cpuMillis' ? 'write thousandths of a core: 500 or 500m' : 'write bytes: 268435456 or 256Mi';
  return { member, reason: `is not a size: "${text.slice(0, 40)}"`, fix };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
