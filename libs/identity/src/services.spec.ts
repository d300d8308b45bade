import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MusterError, type ServiceTokenRequest } from '@muster/contracts';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import { JoinKeys, ensureKeyFiles } from './join-keys.js';
import { LoginThrottle } from './login-throttle.js';
import { ServiceAdmission } from './service-admission.js';
import { ServiceIdentity } from './service-identity.js';

let identity: IdentityUnderTest;
beforeEach(async () => {
  identity = await startIdentity();
});
afterEach(() => identity.close());

describe('the key files', () => {
  it('are made once, whole, for their owner only, whoever else makes them at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => ensureKeyFiles(identity.dataDir)));
    const file = all[0]!.joinKeys.relay;
    const key = await readFile(file, 'utf8');
    expect(key).toMatch(/^[\w-]{43}\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await ensureKeyFiles(identity.dataDir);
    expect(await readFile(file, 'utf8')).toBe(key);
  });

  it('let a role have two keys while one is replaced, and none without a file', async () => {
    const { folder } = await ensureKeyFiles(join(identity.dataDir, 'other'));
    await writeFile(join(folder, 'relay.key'), `${'a'.repeat(40)}\n${'b'.repeat(40)}\n\nshort\n`);
    const keys = await JoinKeys.read(folder);
    expect(['a'.repeat(40), 'b'.repeat(40), 'short', ''].map((key) => keys.accepts('relay', key))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(new JoinKeys(new Map()).accepts('relay', '')).toBe(false);
  });
});

describe('the identity of a service', () => {
  async function parts() {
    const files = await ensureKeyFiles(identity.dataDir);
    const admission = new ServiceAdmission({
      ...identity,
      throttle: new LoginThrottle(identity.clock),
      joinKeys: await JoinKeys.read(files.folder),
    });
    const joinKey = (await readFile(files.joinKeys.relay, 'utf8')).trim();
    const state = { asked: 0, away: false };
    const exchange = async (request: ServiceTokenRequest) => {
      state.asked += 1;
      if (state.away) throw new MusterError('upstream-unavailable', 'auth is away');
      return admission.admit(request, '192.0.2.1');
    };
    return { admission, joinKey, state, exchange };
  }

  it('is a token that other services accept as this role and instance, until it ends', async () => {
    const { joinKey, exchange } = await parts();
    const relay = new ServiceIdentity({ role: 'relay', instanceId: 'svc_1', joinKey, exchange, clock: identity.clock });
    const token = await relay.token();
    expect(await identity.authenticator.service(token)).toMatchObject({ role: 'relay', instanceId: 'svc_1' });
    await expect(identity.authenticator.user(token)).rejects.toMatchObject({ code: 'not-authenticated' });
  });

  it('is refused for a wrong key or the key of another role, and that is recorded', async () => {
    const { admission, joinKey } = await parts();
    const asAuth = admission.admit({ role: 'auth', key: joinKey, instanceId: 'svc_1' }, '192.0.2.1');
    await expect(asAuth).rejects.toMatchObject({ code: 'wrong-credentials' });
    const made = admission.admit({ role: 'relay', key: 'x'.repeat(43), instanceId: 'svc_1' }, '192.0.2.1');
    await expect(made).rejects.toMatchObject({ code: 'wrong-credentials' });
    expect((await identity.audit.page({ action: 'service.join' })).items.length).toBe(2);
  });

  it('asks once for many calls, renews at half its life, and goes on with the old token while auth is away', async () => {
    const { joinKey, exchange, state } = await parts();
    const { clock } = identity;
    const relay = new ServiceIdentity({ role: 'relay', instanceId: 'svc_1', joinKey, exchange, clock });
    await Promise.all([relay.token(), relay.token(), relay.token()]);
    expect(state.asked).toBe(1);
    await clock.advance(1_800_000);
    state.away = true;
    const old = await relay.token();
    await clock.advance(500);
    expect(await relay.token()).toBe(old);
    expect(state.asked).toBe(2);
    state.away = false;
    await clock.advance(1000);
    await expect.poll(() => relay.token()).not.toBe(old);
    expect(state.asked).toBe(3);
  });

  it('fails when its token has ended and auth is away', async () => {
    const { joinKey, exchange, state } = await parts();
    const relay = new ServiceIdentity({ role: 'relay', instanceId: 'svc_1', joinKey, exchange, clock: identity.clock });
    await relay.token();
    state.away = true;
    await identity.clock.advance(3_600_000);
    await expect(relay.token()).rejects.toMatchObject({ code: 'upstream-unavailable' });
  });
});
