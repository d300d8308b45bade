import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';

describe('AuditLog', () => {
  let identity: IdentityUnderTest;
  beforeEach(async () => {
    identity = await startIdentity();
  });
  afterEach(() => identity.close());

  it('shows the newest first, page by page, and by actor or action', async () => {
    for (let n = 1; n <= 5; n += 1) {
      await identity.audit.record({ actor: `usr_${n % 2}`, action: `act.${n}`, source: 'here', outcome: 'done' });
      await identity.clock.advance(1000);
    }
    const first = await identity.audit.page({ limit: 3 });
    const second = await identity.audit.page({ limit: 3, cursor: first.nextCursor! });
    expect([...first.items, ...second.items].map(({ action }) => action)).toEqual([
      'act.5',
      'act.4',
      'act.3',
      'act.2',
      'act.1',
    ]);
    expect((await identity.audit.page({ actor: 'usr_0' })).items.map(({ action }) => action)).toEqual([
      'act.4',
      'act.2',
    ]);
    expect((await identity.audit.page({ action: 'act.3' })).items.length).toBe(1);
  });

  it('cuts long texts and takes out what could forge a line of a log', async () => {
    const name = `eve\n2026 admin login done\u202e${'x'.repeat(1000)}`;
    await identity.audit.record({ actor: name, action: 'login', source: 'here', outcome: 'refused' });
    const [entry] = (await identity.audit.page({})).items;
    expect(entry?.actor).toMatch(/^eve\?2026 admin login done\?x+$/);
    expect(entry?.actor.length).toBe(128);
  });
});
