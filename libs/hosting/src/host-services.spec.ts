import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntegerField, MusterError, TextField } from '@muster/contracts';
import { ForServices, integerSetting, Needs, Open } from '@muster/platform';
import { hostServices, type HostOptions, type RunningHost } from './host-services.js';
import { startFailure } from './run-services.js';
import type { ServiceDefinition } from './service-definition.js';

class Thing {
  @TextField({ maxLength: 10 }) name: string;
  @IntegerField({ min: 1 }) amount: number;
}

@Controller('v1/things')
class ThingsController {
  @Open()
  @Post()
  @HttpCode(200)
  take(@Body() thing: Thing): Thing {
    return thing;
  }

  @Get(':id/part')
  @Open()
  part(): string {
    return 'part';
  }

  @Get('busy')
  @Open()
  busy(): never {
    throw new MusterError('not-ready', 'come back', { retryAfterMs: 4200 });
  }

  @Get('broken')
  @Open()
  broken(): never {
    throw new TypeError('a secret detail');
  }

  @Get('mine')
  @Needs('sessions:read')
  mine(): string {
    return 'mine';
  }

  @Get('forgotten')
  forgotten(): string {
    return 'nobody said who may read this';
  }
}

@Controller('internal/v1/things')
class InternalThingsController {
  @Get()
  @Open()
  read(): { inside: true } {
    return { inside: true };
  }

  @Get('of-services')
  @ForServices('auth')
  ofServices(): string {
    return 'of services';
  }
}

@Module({ controllers: [ThingsController, InternalThingsController] })
class ThingsModule {}

const things: ServiceDefinition = {
  // Of all services the console alone starts without auth.
  name: 'console',
  settings: { MUSTER_THINGS: integerSetting('How many', 3, { max: 10 }) },
  module: ThingsModule,
  usesStore: false,
};

let dataDir: string;
let running: RunningHost;
let outside: string;
let inside: string;

function optionsWith(environment: Record<string, string> = {}): HostOptions {
  const own = {
    MUSTER_DATA_DIR: dataDir,
    MUSTER_PORT: '0',
    MUSTER_LOG_LEVEL: 'fatal',
    MUSTER_BODY_LIMIT_BYTES: '2048',
    MUSTER_HEADER_LIMIT_BYTES: '8192',
  };
  return {
    process: 'things',
    services: [things],
    environment: { ...own, ...environment },
    ownsInstallation: true,
    strictness: 'strict',
  };
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'muster-hosting-'));
  running = await hostServices(optionsWith());
  ({ publicUrl: outside, internalUrl: inside } = running.host.runtime.addresses);
});
afterAll(async () => {
  await running.stop();
  await rm(dataDir, { recursive: true });
});

async function ask(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

/** What comes back for these bytes until the connection is closed. */
async function talk(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
  socket.write(text);
  let answer = '';
  for await (const part of socket as AsyncIterable<string>) answer += part;
  return answer;
}

const send = (body: string, contentType = 'application/json') =>
  ask(`${outside}/v1/things`, { method: 'POST', body, headers: { 'content-type': contentType } });

describe('a body', () => {
  it('is taken when it is what the route declares', async () => {
    expect(await send('{"name":"a","amount":1}')).toMatchObject({ status: 200, body: { name: 'a', amount: 1 } });
  });

  it('is refused member by member, unknown members by their names', async () => {
    const answer = await send('{"name":"much too long","amount":0,"colour":"red"}');
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', status: 400 } });
    expect((answer.body['errors'] as { member: string }[]).map((each) => each.member).sort()).toEqual([
      'amount',
      'colour',
      'name',
    ]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    { that: 'is no JSON', body: '{"name":', code: 'malformed-json', status: 400 },
    { that: 'is empty', body: '', code: 'malformed-json', status: 400 },
    { that: 'is too large', body: JSON.stringify({ name: 'x'.repeat(4000) }), code: 'body-too-large', status: 413 },
  ])('that $that is refused', async ({ body, code, status }) => {
    expect(await send(body)).toMatchObject({ status, body: { code } });
  });

  it('that is no JSON is refused with the place of the mistake, and without its text', async () => {
    const { body } = await send('{"name":"hunter2",\n"amount":1,}');
    expect(body['detail']).toBe('the body is not valid JSON at line 2, column 12');
  });

  it.each(['[]', 'null', '"text"', '5'])('that is %s, and so no object, is refused as a whole', async (text) => {
    const { status, body } = await send(text);
    expect([status, body['code'], body['detail']]).toEqual([
      400,
      'invalid-request',
      'the body must be a JSON object: {"member": value}',
    ]);
  });

  it('that is nested too deeply is refused, however small it is', async () => {
    const { status, body } = await send(`${'{"a":'.repeat(101)}1${'}'.repeat(101)}`);
    expect([status, body['code'], body['detail']]).toEqual([
      400,
      'invalid-request',
      'the body is nested more than 100 levels deep (MUSTER_BODY_MAX_DEPTH); send it flatter',
    ]);
  });

  it('that names a member which would change all objects is refused for that', async () => {
    const { body } = await send('{"__proto__":{"a":1}}');
    expect(body['detail']).toContain('__proto__');
  });

  it('that is compressed is refused', async () => {
    const answer = await ask(`${outside}/v1/things`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
  });

  it('that is something else than JSON is refused', async () => {
    const answer = await send('name=a', 'application/x-www-form-urlencoded');
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
  });
});

describe('an answer', () => {
  it('that comes later says when', async () => {
    const { status, headers } = await ask(`${outside}/v1/things/busy`);
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('to an unexpected error hides the error and names the trace that leads to it', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const answer = await ask(`${outside}/v1/things/broken`, {
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    });
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal', traceId } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('for an unknown route is a problem, too, and repeats no query', async () => {
    const { status, body } = await ask(`${outside}/v1/nothing?ticket=secret`);
    expect([status, body['code'], body['detail']]).toEqual([
      404,
      'not-found',
      'there is no /v1/nothing; /docs lists all routes',
    ]);
  });

  it('for another method of a route says which are offered', async () => {
    const { status, headers, body } = await ask(`${outside}/v1/things/busy`, { method: 'DELETE' });
    expect([status, headers.get('allow'), body['detail']]).toEqual([
      405,
      'GET, HEAD',
      '/v1/things/busy takes GET, HEAD, not DELETE',
    ]);
  });

  it('for another method tells nothing of routes behind the other listener', async () => {
    expect(await ask(`${outside}/internal/v1/things`, { method: 'DELETE' })).toMatchObject({ status: 404 });
    expect(await ask(`${outside}/%69nternal/v1/things`, { method: 'DELETE' })).toMatchObject({ status: 404 });
    expect(await ask(`${inside}/internal/v1/things`, { method: 'DELETE' })).toMatchObject({ status: 405 });
  });

  it.each([
    { that: 'has a broken escape', path: '/v1/things/%zz', status: 400, code: 'invalid-request' },
    { that: 'is longer than any', path: `/v1/things/${'x'.repeat(300)}/part`, status: 404, code: 'not-found' },
  ])('for a path that $that is a problem, too', async ({ path, status, code }) => {
    expect(await ask(outside + path)).toMatchObject({ status, body: { code } });
  });

  it.each([
    { to: 'what is no HTTP', text: 'hello\r\n\r\n', status: 400, code: 'invalid-request' },
    { to: 'a method that HTTP lacks', text: 'FOO / HTTP/1.1\r\n\r\n', status: 400, code: 'invalid-request' },
    {
      to: 'too many headers',
      text: `GET / HTTP/1.1\r\nx: ${'x'.repeat(8200)}\r\n\r\n`,
      status: 431,
      code: 'headers-too-large',
    },
  ])('to $to is a problem at either listener', async ({ text, status, code }) => {
    for (const url of [outside, inside]) {
      const [head = '', body = ''] = (await talk(url, text)).split('\r\n\r\n');
      expect(head).toContain(`HTTP/1.1 ${status} `);
      expect(JSON.parse(body)).toMatchObject({ status, code });
    }
  });
});

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
    const everywhere = await hostServices(optionsWith({ MUSTER_DATA_DIR: other, MUSTER_INTERNAL_HOST: '0.0.0.0' }));
    try {
      expect(new URL(everywhere.host.runtime.addresses.internalUrl).hostname).toBe(hostname().toLowerCase());
    } finally {
      await everywhere.stop();
      await rm(other, { recursive: true });
    }
  });

  it('is refused when the data folder is in use, and leaves the one who has it alone', async () => {
    await expect(hostServices(optionsWith())).rejects.toMatchObject({ code: expect.any(String) as string });
    expect(await ask(`${outside}/health/ready`)).toMatchObject({ status: 200 });
  });

  it('is refused when the port is in use, with the setting to change', async () => {
    const other = await mkdtemp(join(tmpdir(), 'muster-hosting-'));
    try {
      const failure: unknown = await hostServices(
        optionsWith({ MUSTER_DATA_DIR: other, MUSTER_PORT: new URL(outside).port }),
      ).catch((error: unknown) => error);
      expect(startFailure(failure)).toMatch(/port \d+ on 127\.0\.0\.1 is in use.*MUSTER_PORT/);
      const again = await hostServices(optionsWith({ MUSTER_DATA_DIR: other }));
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
      optionsWith({ MUSTER_DATA_DIR: join(dataDir, 'tls'), MUSTER_TLS_CERT_FILE: file, MUSTER_TLS_KEY_FILE: file }),
    ).catch((error: unknown) => error);
    expect(startFailure(failure)).toMatch(says);
  });

  it('names the setting of an address that is not one of this computer', async () => {
    const failure: unknown = await hostServices(
      optionsWith({ MUSTER_DATA_DIR: join(dataDir, 'away'), MUSTER_HOST: '192.0.2.1' }),
    ).catch((error: unknown) => error);
    expect(startFailure(failure)).toMatch(/cannot listen on 192\.0\.2\.1.*MUSTER_HOST/);
  });

  it('is refused with all wrong settings at once, those of its services among them', async () => {
    const failure: unknown = await hostServices(
      optionsWith({ MUSTER_THINGS: '99', MUSTER_PORT: 'x', MUSTER_THONGS: '1' }),
    ).catch((error: unknown) => error);
    expect(startFailure(failure).split('\n').slice(1)).toEqual([
      expect.stringContaining('MUSTER_PORT must be'),
      expect.stringContaining('MUSTER_THINGS must be'),
      expect.stringContaining('MUSTER_THONGS is not a known setting (did you mean MUSTER_THINGS?)'),
    ]);
  });
});
