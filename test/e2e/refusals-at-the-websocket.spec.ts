import type { MusterClient, SessionView } from '@muster/client';
import type { TicketView } from '@muster/contracts';
import { PlainClient, startSystem, TestCatalogue, type SystemAccess } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainType } from './plain-worker.js';

const ticketMs = 1500;
const maxFrameBytes = 65_536;

describe('what is refused at the WebSocket', () => {
  let catalogue: TestCatalogue;
  let system: SystemAccess;
  let admin: MusterClient;
  let running: SessionView;

  beforeAll(async () => {
    catalogue = await TestCatalogue.of({ quiet: plainType() });
    system = await startSystem({
      MUSTER_CATALOGUE: catalogue.folder,
      MUSTER_TICKET_MS: String(ticketMs),
      MUSTER_RELAY_MAX_FRAME_BYTES: String(maxFrameBytes),
    });
    admin = await system.client();
    const { id } = await admin.sessions.create({ type: 'quiet' });
    running = await admin.sessions.waitUntil(id, 'running');
  });
  afterAll(async () => {
    await system?.dispose();
    await catalogue.remove();
  });

  const ticket = (): Promise<TicketView> => admin.sessions.takeTicket(running.id);

  it('a ticket that was used', async () => {
    const { url } = await ticket();
    const first = await PlainClient.connect(url);
    await first.next('welcome');
    expect(await (await PlainClient.connect(url)).ended).toBe(4401);
    first.cut();
  });

  it('a ticket that is too old, changed, or missing', async () => {
    const { url, expiresAt } = await ticket();
    const inTime = new URL(url);
    inTime.searchParams.set('ticket', `${inTime.searchParams.get('ticket')!.slice(0, -3)}abc`);
    expect(await (await PlainClient.connect(inTime.href)).ended).toBe(4401);
    expect(await (await PlainClient.connect(`${url.split('?')[0]}`)).ended).toBe(4401);
    await expect.poll(() => Date.now() > Date.parse(expiresAt)).toBe(true);
    expect(await (await PlainClient.connect(url)).ended).toBe(4401);
  });

  it('a page of a foreign origin', async () => {
    const { url } = await ticket();
    expect(await (await PlainClient.connect(url, { origin: 'https://evil.example' })).ended).toBe(403);
    const own = await PlainClient.connect(url, { origin: system.publicUrl });
    await own.next('welcome');
    own.cut();
  });

  it('a client id that belongs to another user', async () => {
    const hello = { kind: 'hello', clientId: 'AAAAAAAAAAAAAAAAAAAAAA', streams: [] };
    const first = await PlainClient.connect((await ticket()).url, { hello });
    await first.next('welcome');
    const bob = { username: 'bob', password: 'bob-password', role: 'operator' };
    await admin.request('POST', '/v1/users', { body: bob });
    const operator = await system.client('bob', 'bob-password');
    const { url } = await operator.sessions.takeTicket(running.id);
    expect(await (await PlainClient.connect(url, { hello })).ended).toBe(4403);
    first.cut();
  });

  it.each<[string, string | Uint8Array, number]>([
    ['a frame that is no JSON', 'hello?', 1002],
    ['a frame of an unknown kind', '{"kind":"dance"}', 1002],
    ['a frame without its members', '{"kind":"req","role":"only"}', 1002],
    ['a frame that only a relay sends', '{"kind":"welcome"}', 1002],
    ['bytes that are no binary frame', Buffer.from([1, 2, 3]), 1002],
    ['a frame that is too large', `{"kind":"ping","nonce":"${'x'.repeat(maxFrameBytes)}"}`, 1009],
  ])('%s', async (_, data, code) => {
    const client = await PlainClient.connect((await ticket()).url);
    await client.next('welcome');
    client.sendRaw(data);
    expect(await client.ended).toBe(code);
  });

  it('something other than hello at first', async () => {
    const client = await PlainClient.connect((await ticket()).url, { hello: { kind: 'ping' } });
    expect(await client.ended).toBe(1002);
  });

  it('a request to a role that the session does not have, without harm to the others', async () => {
    const client = await PlainClient.connect((await ticket()).url);
    await client.next('welcome');
    client.send({ kind: 'req', role: 'solver', incarnation: 1, seq: 1, id: 'r1', action: 'solve', body: {} });
    client.send({
      kind: 'req',
      role: 'only',
      incarnation: 1,
      seq: 1,
      id: 'r2',
      action: 'echo',
      body: { here: true },
    });
    expect(await client.next('res', ({ id }) => id === 'r2')).toMatchObject({ body: { here: true } });
    expect(
      client.received.filter((frame) => 'role' in frame && frame.role === 'solver' && frame.kind === 'res'),
    ).toEqual([]);
    client.cut();
  });

  it('and the session still works after all of this', async () => {
    const connection = await admin.connect(running.id);
    await expect(connection.call('only', 'echo', [1])).resolves.toEqual([1]);
    connection.close();
    expect(await admin.sessions.get(running.id)).toMatchObject({
      state: 'running',
      epoch: 1,
      roles: { only: { incarnation: 1 } },
    });
  });
});
