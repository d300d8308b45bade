import { describe, expect, it } from 'vitest';
import type { SessionId } from '@muster/contracts';
import { aGrantedSession, owner } from '../holding/spec-kit/a-session.js';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { ledgerCollection, type LedgerDocument } from './documents.js';
import { Ledger } from './ledger.js';
import { SteppedStore } from './testing/stepped-store.js';

const unlimited = { sessions: null, cpuMillis: null, memoryBytes: null, gpus: null };
const limits = { user: unlimited, operator: unlimited, admin: unlimited };
const id = 'ses_1' as SessionId;

/** A session that waits, and the entry of a grant that was never written because its replica died. */
async function aForgottenEntry() {
  const store = new SteppedStore();
  const sessions = store.documents<SessionDocument>(sessionCollection);
  const ledgers = store.documents<LedgerDocument>(ledgerCollection);
  const session = await sessions.insert(aGrantedSession({ epoch: 0, granted: null }));
  await store.alone('dead', new Ledger(store.openFor('dead'), limits).book(session, 1));
  return { store, sessions, ledgers, ledger: new Ledger(store.openFor('replica'), limits) };
}

describe('the reconcile of a ledger', () => {
  it('removes the entry of a grant that was never written and never can be', async () => {
    const { store, sessions, ledgers, ledger } = await aForgottenEntry();
    const before = await sessions.get(id);
    expect(await store.alone('replica', ledger.reconcile())).toBe(1);
    expect(ledgers.kept.get(owner)?.entries).toEqual({});
    await expect(sessions.replace(before as SessionDocument)).rejects.toMatchObject({ code: 'revision-conflict' });
  });

  it('leaves the entry of a grant that begins while it looks', async () => {
    const { store, sessions, ledgers, ledger } = await aForgottenEntry();
    const reconciled = ledger.reconcile();
    await store.untilDone('replica', 'replace');
    const session = sessions.kept.get(id) as SessionDocument;
    await store.alone('other', new Ledger(store.openFor('other'), limits).book(session, 1));
    await sessions.replace({ ...session, epoch: 1, granted: { holder: 'svc_a' as never, epoch: 1, atMs: 0 } });
    await store.alone('replica', reconciled);
    expect(Object.keys(ledgers.kept.get(owner)?.entries ?? {})).toEqual([id]);
  });
});
