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

  async register({ session, worker }: WorkerRoute, bearer: string, ask: RegisterWorker): Promise<RegisterAnswer> {
    return this.sessions.door.register(await this.sessions.require(session), worker, bearer, ask);
  }

  async refresh({ session, worker }: WorkerRoute, bearer: string): Promise<RefreshAnswer> {
    return this.sessions.door.refresh(await this.sessions.require(session), worker, bearer);
  }

  async busy({ session, worker }: WorkerRoute, bearer: string, ask: BusyWorker): Promise<void> {
    await this.sessions.door.busy(await this.sessions.require(session), worker, bearer, ask);
  }

  async progress({ session, worker }: WorkerRoute, bearer: string, ask: WorkerProgress): Promise<void> {
    await this.sessions.door.progress(await this.sessions.require(session), worker, bearer, ask);
  }
}
