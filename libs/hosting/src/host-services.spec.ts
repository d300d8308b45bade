import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostServices } from './host-services.js';
import { startFailure } from './run-services.js';
import { ask, ThingsHost, thingsOptions } from './testing/things-host.js';

let host: ThingsHost;
let outside: string;
let inside: string;

beforeAll(async () => {
  host = await ThingsHost.start();
  ({ outside, inside } = host);
});
afterAll(() => host.stop());

describe('access', () => {
  it('needs a token where the route says so', async () => {
    const { status, headers, body } = await ask(`${outside}/v1/things/mine`);
    expect([status, headers.get('www-authenticate'), body['code']]).toEqual([401, 'Bearer', 'not-authenticated']);
  });

  it('is refused to a token that nobody signed', async () => {
    const answer = await ask(`${outside}/v1/things/mine`, { headers: { authorization: 'Bearer abc' } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'not-authenticated' } });
  });

  it('is refused to everybody where the route declares none', async () => {
    expect(await ask(`${outside}/v1/things/forgotten`)).toMatchObject({ status: 403, body: { code: 'not-allowed' } });
  });
});

describe('the two listeners', () => {
  it('open internal routes and metrics inside only, everything else outside only', async () => {
    const statusOf = async (url: string): Promise<number> => (await ask(url)).status;
    expect(await statusOf(`${inside}/internal/v1/things`)).toBe(200);
    expect(await statusOf(`${outside}/internal/v1/things`)).toBe(404);
    expect(await statusOf(`${outside}/%69nternal/v1/things`)).toBe(404);
    expect(await statusOf(`${inside}/v1/things/busy`)).toBe(404);
    expect(await statusOf(`${outside}/metrics`)).toBe(404);
    expect((await ask(`${inside}/metrics`)).body['text']).toContain('muster_http_request_duration_seconds');
  });

  it('let nobody in without a service token where the route is for services', async () => {
    expect(await ask(`${inside}/internal/v1/things/of-services`)).toMatchObject({ status: 401 });
    expect(await ask(`${inside}/internal/v1/log-level`, { method: 'PUT' })).toMatchObject({ status: 401 });
  });

  it.each(['live', 'ready', 'startup'])('both answer /health/%s', async (probe) => {
    for (const url of [outside, inside])
      expect(await ask(`${url}/health/${probe}`)).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('a start', () => {
  it('names this host to others where the internal listener binds every address', async () => {
    const other = await mkdtemp(join(tmpdir(), 'muster-hosting-'));
    const everywhere = await hostServices(thingsOptions(other, { MUSTER_INTERNAL_HOST: '0.0.0.0' }));
    try {
      expect(new URL(everywhere.host.runtime.addresses.internalUrl).hostname).toBe(hostname().toLowerCase());
    } finally {
      await everywhere.stop();
      await rm(other, { recursive: true });
    }
  });

  it('is refused when the data folder is in use, and leaves the one who has it alone', async () => {
    await expect(hostServices(thingsOptions(host.dataDir))).rejects.toMatchObject({
      code: expect.any(String) as string,
    });
    expect(await ask(`${outside}/health/ready`)).toMatchObject({ status: 200 });
  });

  it('is refused when the port is in use, with the setting to change', async () => {
    const other = await mkdtemp(join(tmpdir(), 'muster-hosting-'));
    try {
      const failure: unknown = await hostServices(thingsOptions(other, { MUSTER_PORT: new URL(outside).port })).catch(
        (error: unknown) => error,
      );
      expect(startFailure(failure)).toMatch(/port \d+ on 127\.0\.0\.1 is in use.*MUSTER_PORT/);
      const again = await hostServices(thingsOptions(other));
      await again.stop();
      await again.stop();
    } finally {
      await rm(other, { recursive: true });
    }
  });

  it.each([
    { what: 'a certificate that cannot be read', file: '/nowhere.pem', says: /MUSTER_TLS_CERT_FILE: cannot read/ },
    { what: 'a certificate that is none', file: 'package.json', says: /MUSTER_TLS_KEY_FILE: .*must be a PEM/ },
  ])('is refused with the setting to look at for $what', async ({ file, says }) => {
    const failure: unknown = await hostServices(
      thingsOptions(join(host.dataDir, 'tls'), { MUSTER_TLS_CERT_FILE: file, MUSTER_TLS_KEY_FILE: file }),
    ).catch((error: unknown) => error);
    expect(startFailure(failure)).toMatch(says);
  });

  it('names the setting of an address that is not one of this computer', async () => {
    const failure: unknown = await hostServices(
      thingsOptions(join(host.dataDir, 'away'), { MUSTER_HOST: '192.0.2.1' }),
    ).catch((error: unknown) => error);
    expect(startFailure(failure)).toMatch(/cannot listen on 192\.0\.2\.1.*MUSTER_HOST/);
  });

  it('is refused with all wrong settings at once, those of its services among them', async () => {
    const failure: unknown = await hostServices(
      thingsOptions(host.dataDir, { MUSTER_THINGS: '99', MUSTER_PORT: 'x', MUSTER_THONGS: '1' }),
    ).catch((error: unknown) => error);
    expect(startFailure(failure).split('\n').slice(1)).toEqual([
      expect.stringContaining('MUSTER_PORT must be'),
      expect.stringContaining('MUSTER_THINGS must be'),
      expect.stringContaining('MUSTER_THONGS is not a known setting (did you mean MUSTER_THINGS?)'),
    ]);
  });
});
