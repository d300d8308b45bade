import type { StreamLedger } from '@muster/relay';
import type { Ask, Journal, Seen, Sent } from './journal.js';

/** What else than its answer may end a request: `docs/reference/errors.md` says what each means. */
function mayEndWith(code: string, { role, bytes, isCancelled }: Ask, restarted: ReadonlySet<string>): boolean {
  if (code === 'cancelled') return isCancelled;
  if (code === 'body-too-large') return bytes > 8192 - 1024;
  if (code === 'worker-restarted') return restarted.has(role);
  if (code === 'delivery-unknown') return role === 'plain';
  if (code === 'worker-unavailable') return role === 'plain' && restarted.has(role);
  return code === 'too-many-requests';
}

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
  const all = journal.seen[client] ?? [];
  const sent = [...journal.sent.values()].filter((each) => each.client === client);
  let before: Numbered = { first: 0, last: 0, incarnation: 0 };
  for (const [at, seen] of all.entries()) {
    const now = numbered(journal, seen);
    const what = `client ${client} saw ${JSON.stringify(seen)} (${now.first}-${now.last}) after ${JSON.stringify(before)}`;
    if (seen.kind === 'message' && !seen.isWhole) faults.push(`${what}: its content is wrong`);
    if (now.incarnation < before.incarnation) faults.push(`${what}: of an earlier incarnation`);
    const last = now.incarnation === before.incarnation ? before.last : 0;
    if (now.first <= last) faults.push(`${what}: it had that already`);
    const ledger = ledgerAt(journal, all.slice(at), sent);
    const skipped = sent.filter((each) => each.ledger === ledger && each.seq > last && each.seq < now.first);
    for (const { label, seq } of skipped) faults.push(`${what}: message ${label} (${seq}) is lost, and no gap says so`);
    before = now;
  }
  return [...faults, ...faultsOfForgottenStreams(journal, client, sent)];
}

/** The worker's ledger that the first of these belongs to: a gap does not say it, the message after it does. */
function ledgerAt(journal: Journal, [first, ...rest]: Seen[], sent: Sent[]): StreamLedger | undefined {
  if (first?.kind === 'message') return journal.sent.get(first.label)?.ledger;
  const [next] = rest;
  if (next?.incarnation === first?.incarnation) return ledgerAt(journal, rest, sent);
  return sent.findLast(({ incarnation }) => incarnation === first?.incarnation)?.ledger;
}

/** A worker that has forgotten its client begins another stream with it, and says that an unknown number is lost. */
function faultsOfForgottenStreams(journal: Journal, client: number, sent: Sent[]): string[] {
  const seen = journal.seen[client] ?? [];
  const has = ({ label }: Sent): boolean => seen.some((each) => each.kind === 'message' && each.label === label);
  return [...new Set(sent.map(({ ledger }) => ledger))].flatMap((ledger) => {
    const ofLedger = sent.filter((each) => each.ledger === ledger);
    const { incarnation, label } = ofLedger.at(-1)!;
    const isForgotten = sent.some((each) => each.incarnation === incarnation && each.label > label);
    const isSaid = seen.some((each) => each.kind === 'gap' && each.incarnation === incarnation);
    return !isForgotten || isSaid || ofLedger.every(has)
      ? []
      : [`client ${client} never heard that the stream with message ${label} was forgotten`];
  });
}

function numbered(journal: Journal, seen: Seen): Numbered {
  const { incarnation } = seen;
  if (seen.kind === 'gap') return { first: seen.firstSeq, last: seen.lastSeq, incarnation };
  const { seq } = journal.sent.get(seen.label)!;
  return { first: seq, last: seq, incarnation };
}

/** The worker hears a client's messages of one incarnation once, in order and without a hole; of the last one all of them. */
export function faultsInWhatIsHeard(journal: Journal, client: number, lastIncarnation: number): string[] {
  const faults: string[] = [];
  for (let incarnation = 1; incarnation <= lastIncarnation; incarnation += 1) {
    const of = (label: number): boolean => journal.sent.get(label)?.incarnation === incarnation;
    const said = (journal.said[client] ?? []).filter(of);
    const heard = (journal.heard[client] ?? []).filter((each) => each.incarnation === incarnation);
    const labels = heard.map(({ label }) => label);
    const due = incarnation === lastIncarnation ? said : said.slice(0, labels.length);
    if (labels.join() !== due.join())
      faults.push(`incarnation ${incarnation} heard ${labels.join()} of client ${client}, who said ${said.join()}`);
  }
  return faults;
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
      ...(outcome === undefined || outcome === 'answered' || mayEndWith(outcome, ask, journal.restarted)
        ? []
        : [`${what}: ends with what is not documented`]),
      ...(isRepeated && !mayRepeat ? [`${what}: was done twice`] : []),
      ...(ask.isIdempotent || ask.runs.length <= 1 ? [] : [`${what}: was done again by another incarnation`]),
      ...(outcome === 'answered' && ask.runs.length === 0 ? [`${what}: was answered, and never done`] : []),
    ];
  });
}
