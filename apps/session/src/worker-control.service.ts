import type { RefreshAnswer, RegisterAnswer, SessionId, WorkerId } from '@muster/contracts';
import { SessionService } from '@muster/sessions';
import { Injectable } from '@nestjs/common';
import type { BusyWorker, RegisterWorker, WorkerProgress } from './worker-requests.js';

/** A worker as its route names it. Nothing of it is believed before its token. */
export interface WorkerRoute {
  session: SessionId;
  worker: WorkerId;
}

/** Finds the session that a worker calls about. */
@Injectable()
export class WorkerControl {
  constructor(private readonly sessions: SessionService) {}

  register({ session, worker }: WorkerRoute, bearer: string, ask: RegisterWorker): Promise<RegisterAnswer> {
    return this.sessions.forWorker(session, (held) => this.sessions.door.register(held, worker, bearer, ask));
  }

  refresh({ session, worker }: WorkerRoute, bearer: string): Promise<RefreshAnswer> {
    return this.sessions.forWorker(session, (held) => this.sessions.door.refresh(held, worker, bearer));
  }

  busy({ session, worker }: WorkerRoute, bearer: string, ask: BusyWorker): Promise<void> {
    return this.sessions.forWorker(session, (held) => this.sessions.door.busy(held, worker, bearer, ask));
  }

  progress({ session, worker }: WorkerRoute, bearer: string, ask: WorkerProgress): Promise<void> {
    return this.sessions.forWorker(session, (held) => this.sessions.door.progress(held, worker, bearer, ask));
  }
}
