import { MusterError } from '@muster/client';
import type { Problems } from './read-form.js';

/** Puts what a refusal says of members at the fields that are for them; what has no field stays in the refusal. */
export function placeProblems(refusal: MusterError, members: readonly string[]): { at: Problems; rest: MusterError } {
  const at: Record<string, string> = {};
  const left: { member: string; reason: string }[] = [];
  for (const { member, reason } of refusal.errors ?? []) {
    const field = members.find((each) => member === each || member.startsWith(`${each}.`));
    if (field === undefined) left.push({ member, reason });
    else at[field] = [at[field], reasonAt(field, member, reason)].filter(Boolean).join('; ');
  }
  return { at, rest: new MusterError(refusal.code, refusal.detail, { errors: left, cause: refusal }) };
}

/** A field that holds several members says which is meant. */
function reasonAt(field: string, member: string, reason: string): string {
  return member === field ? reason : `${member.slice(field.length + 1)} ${reason}`;
}
