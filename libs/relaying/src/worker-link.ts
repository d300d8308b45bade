import {
  type AckFrame,
  type GapFrame,
  type Route,
  type SessionId,
  type StreamPosition,
  workerHeaders,
} from '@muster/contracts';
import type { FrameHead } from '@muster/relay';
import type { Member } from './member.js';

/** A client's frame for a role, as far as a relay reads it. */
export type ClientFrame =
  | { kind: 'data'; head: FrameHead & { role: string; incarnation: number; seq: number }; text: string }
  | { kind: 'binary'; role: string; incarnation: number; seq: number; bytes: Uint8Array }
  | { kind: 'ack'; role: string; incarnation: number; frame: AckFrame }
  | { kind: 'gap'; role: string; incarnation: number; frame: GapFrame };

/** The relay's side of one incarnation of one worker, for all clients. */
export interface WorkerLink {
  readonly incarnation: number;
  /** The same incarnation, perhaps at another address or with another token. */
  follow(route: Route, place: LinkPlace): void;
  /** Whether a stream with this client can go on where the client says it stands. */
  canResume(member: Member, position: StreamPosition): boolean;
  /** The client was welcomed: it is reached by `member.send` from now on. */
  here(member: Member): void;
  away(member: Member): void;
  gone(member: Member): void;
  take(member: Member, frame: ClientFrame): void;
  close(): void;
}

export interface LinkPlace {
  session: SessionId;
  epoch: number;
}

/** What every call of a relay to a worker carries. */
export function headersTo({ acceptToken, incarnation }: Route, { session, epoch }: LinkPlace): Record<string, string> {
  return {
    authorization: `Bearer ${acceptToken ?? ''}`,
    [workerHeaders.session]: session,
    [workerHeaders.epoch]: String(epoch),
    [workerHeaders.incarnation]: String(incarnation),
  };
}
