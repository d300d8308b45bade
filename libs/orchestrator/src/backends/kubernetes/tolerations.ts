import { InvalidSpec } from '../../contract/errors.js';
import type { Taint } from './node-objects.js';

/** What a pod puts up with; as it stands in a pod. */
export interface Toleration {
  readonly key: string;
  readonly operator: 'Equal' | 'Exists';
  readonly value?: string;
  /** Absent: every effect. */
  readonly effect?: string;
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Reads `key`, `key=value`, each with or without `:effect` at its end. Throws `InvalidSpec`. */
export function parseToleration(text: string): Toleration {
  const [, key, value, effect] = /^([^=:\s]+)(?:=([^:\s]*))?(?::(\S+))?$/.exec(text.trim()) ?? [];
  if (key === undefined || (effect !== undefined && !effects.includes(effect)))
    throw new InvalidSpec(`${JSON.stringify(text)} is no toleration: key[=value][:${effects.join('|')}]`);
  return {
    key,
    ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
    ...(effect !== undefined && { effect }),
  };
}

export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      key === taint.key &&
      (effect === undefined || effect === taint.effect) &&
      (operator === 'Exists' || value === (taint.value ?? '')),
  );
}
