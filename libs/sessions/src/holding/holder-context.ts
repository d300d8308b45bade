import type { InstanceId } from '@muster/contracts';
import type { Collection } from '@muster/store';
import type { Clock, RandomSource, Tracer } from '@muster/platform';
import type { SessionDocument } from '../session-document.js';
import type { HoldingLimits } from './held-facts.js';
import type { HoldingMeter } from './holding-meter.js';
import type { NodeBook } from './node-book.js';
import type { DirectoryPort, HolderLog, NodePort, WorkerPort } from './ports.js';
import type { SessionSecrets } from './session-secrets.js';

/** What every held session of a session service shares. */
export interface HolderContext {
  readonly instance: InstanceId;
  /** Base address of our own routes: `<internal listener>/internal/v1/session`. */
  readonly address: string;
  readonly sessions: Collection<SessionDocument>;
  readonly directory: DirectoryPort;
  readonly nodes: NodePort;
  readonly workers: WorkerPort;
  readonly book: NodeBook;
  /** False once our lease may have ended: nothing is written or sent any more. */
  readonly lease: { mayAct(): boolean };
  readonly secrets: SessionSecrets;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly tracer: Tracer;
  readonly meter: HoldingMeter;
  readonly log: HolderLog;
  readonly limits: HoldingLimits;
  /** How long a node keeps a reservation that is not used. */
  readonly reservationMs: number;
}
