import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, ThingsHost } from './testing/things-host.js';

let host: ThingsHost;
let outside: string;
let inside: string;

beforeAll(async () => {
  host = await ThingsHost.start();
  ({ outside, inside } = host);
});
afterAll(() => host.stop());

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
