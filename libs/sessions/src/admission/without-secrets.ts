/** Members that only their owners may read, whatever they are in. */
const secretNames = /hash$|^sealed|token|ticket|secret|password|^parameters$|^env$|^settings$/i;

/** A copy for people: the content of secret members is replaced, and so is what users and applications put in. */
export function withoutSecrets<T extends object>(value: T): Record<string, unknown> {
  return strip(value) as Record<string, unknown>;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, secretNames.test(name) ? hidden(member) : strip(member)]),
  );
}

function hidden(member: unknown): unknown {
  if (member === null || member === undefined || typeof member === 'number' || typeof member === 'boolean')
    return member;
  return Array.isArray(member) ? `(${member.length} hidden)` : '(hidden)';
}
