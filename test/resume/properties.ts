import type { Journal, Seen, Sent } from './journal.js';

/** What an answer may be when there is none: `docs/reference/errors.md` says what each means. */
const documentedErrors: ReadonlySet<string> = new Set([
  'worker-restarted',
  'delivery-unknown',
  'worker-unavailable',
  'too-many-requests',
  'body-too-large',
  'cancelled',
]);

interface Numbered {
  first: number;
  last: number;
  incarnation: number;
}

/**
 * In what the client saw, numbers rise within an incarnation; what was skipped in between were no messages; a gap names only
 * what the client did not get. Answers what is wrong, in words.
 */
export function faultsInWhatIsSeen(journal: Journal, client: number): string[] {
  const faults: string[] = [];
  const sentAt = new Map([...journal.sent.values()].map((sent) => [keyOf(sent), sent]));
  let before: Numbered = { first: 0, last: 0, incarnation: 0 };
  for (const seen of journal.seen[client] ?? []) {
    const now = numbered(journal, seen);
    const what = `client ${client} saw ${JSON.stringify(seen)} (${now.first}-${now.last}) after ${JSON.stringify(before)}`;
    if (seen.kind === 'message' && !seen.isWhole) faults.push(`${what}: its content is wrong`);
    if (now.incarnation < before.incarnation) faults.push(`${what}: of an earlier incarnation`);
    const last = now.incarnation === before.incarnation ? before.last : 0;
    if (now.first <= last) faults.push(`${what}: it had that already`);
    for (let seq = last + 1; seq < now.first; seq += 1) {
      const lost = sentAt.get(`${client} ${now.incarnation} ${seq}`);
      if (lost !== undefined) faults.push(`${what}: message ${lost.label} (${seq}) is lost, and no gap says so`);
    }
    before = now;
  }
  return faults;
}

function keyOf({ client, incarnation, seq }: Sent): string {
  return `${client} ${incarnation} ${seq}`;
}

function numbered(journal: Journal, seen: Seen): Numbered {
  const { incarnation } = seen;
  if (seen.kind === 'gap') return { first: seen.firstSeq, last: seen.lastSeq, incarnation };
  const { seq } = journal.sent.get(seen.label)!;
  return { first: seq, last: seq, incarnation };
}

/** The worker hears a client's messages of one incarnation once and in order. */
export function faultsInWhatIsHeard(journal: Journal, client: number): string[] {
  const heard = journal.heard[client] ?? [];
  return heard.flatMap((now, at) => {
    const before = heard.slice(0, at).findLast(({ incarnation }) => incarnation === now.incarnation);
    const isNext = before === undefined || before.label < now.label;
    return isNext ? [] : [`the worker heard ${now.label} of client ${client} after ${before.label}`];
  });
}

export function faultsInAnswers(journal: Journal): string[] {
  return journal.asks.flatMap((ask) => {
    const what = `request ${JSON.stringify(ask)}`;
    const [outcome] = ask.outcomes;
    // The worker with the SDK knows what it has answered; to one without, relays that do not know of each other repeat it.
    const mayRepeat = ask.isIdempotent && ask.role === 'plain';
    const isRepeated = ask.runs.length > new Set(ask.runs).size;
    return [
      ...(ask.outcomes.length === 1 ? [] : [`${what}: has not one end`]),
      ...(outcome === undefined || outcome === 'answered' || documentedErrors.has(outcome)
        ? []
        : [`${what}: ends with what is not documented`]),
      ...(isRepeated && !mayRepeat ? [`${what}: was done twice`] : []),
      ...(ask.isIdempotent || ask.runs.length <= 1 ? [] : [`${what}: was done again by another incarnation`]),
      ...(outcome === 'answered' && ask.runs.length === 0 ? [`${what}: was answered, and never done`] : []),
    ];
  });
}
