/**
 * Keys of documents are any text (names of roles, of environment variables), but MongoDB gives `.` and `$` a meaning
 * and cannot keep NUL. Such a key is kept with these written as `%` and two hexadecimal digits.
 */
const special = /[.$%\0]/g;
const written = /%([0-9A-F]{2})/g;

export function keptKey(key: string): string {
  if (key === '') return '%';
  return key.replace(special, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

export function originalKey(kept: string): string {
  if (kept === '%') return '';
  return kept.replace(written, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** What JSON would say of the value, with keys as they are kept. */
export function keptValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => keptValue(item) ?? null);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return keptValue((value as { toJSON(): unknown }).toJSON());
  const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function');
  return Object.fromEntries(members.map(([key, member]) => [keptKey(key), keptValue(member)]));
}

export function originalValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(originalValue);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [originalKey(key), originalValue(member)]));
}
