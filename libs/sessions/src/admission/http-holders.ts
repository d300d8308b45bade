import type { SessionEventLine, SessionId, TicketAsk, TicketGrant } from '@muster/contracts';
import { readJsonLines } from '@muster/platform';
import type { AdmissionCalls } from './calls.js';
import type { Holders, LogsAsk } from './ports.js';

const base = '/internal/v1/session/sessions';
const noticeDeadlineMs = 5000;

export class HttpHolders implements Holders {
  constructor(private readonly calls: AdmissionCalls) {}

  async changed(address: string, session: SessionId, epoch: number): Promise<void> {
    const path = `${base}/${session}/changed`;
    await this.calls.toAddress(address, { method: 'POST', path, body: { epoch }, deadlineMs: noticeDeadlineMs });
  }

  ticket(address: string, session: SessionId, body: TicketAsk): Promise<TicketGrant> {
    return this.calls.toAddress(address, { method: 'POST', path: `${base}/${session}/tickets`, body });
  }

  async *events(
    address: string,
    { session, after }: { session: SessionId; after: number },
    signal: AbortSignal,
  ): AsyncGenerator<SessionEventLine> {
    const path = `${base}/${session}/events?after=${after}`;
    const answer = await this.calls.streamFrom(address, { method: 'GET', path, signal });
    yield* readJsonLines<SessionEventLine>(answer.body);
  }

  logs(address: string, { session, role, follow }: LogsAsk, signal: AbortSignal): Promise<Response> {
    const path = `${base}/${session}/workers/${encodeURIComponent(role)}/logs?follow=${follow}`;
    return this.calls.streamFrom(address, { method: 'GET', path, signal });
  }
}
