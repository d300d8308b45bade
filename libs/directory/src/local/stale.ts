import { MusterError } from '@muster/contracts';

/** What is out of date in a refused command: the session's epoch, or the epoch of the node. */
export type StaleMatter = 'epoch' | 'node-epoch';

/** `stale`, with what this node has seen instead. */
export function stale(matter: StaleMatter, seen: number, detail: string): MusterError {
  return new MusterError('stale', detail, { extensions: { matter, seen } });
}

/** Throws `stale` unless the command was made for this start of the local directory. */
export function requireNodeEpoch(own: number, commanded: number): void {
  if (own === commanded) return;
  throw stale(
    'node-epoch',
    own,
    `this node is in node epoch ${own}, the command is for ${commanded}: fence, then command again`,
  );
}
