import { describe, expect, it } from 'vitest';
import { readCall, targetOf } from './engine-call.js';
import { policy } from './testing/bodies.js';

const read = (request: string, given = policy): string => {
  const [method = '', target = ''] = request.split(' ');
  const result = readCall(method, target, given);
  return 'reason' in result ? result.reason : targetOf(result.call);
};

describe('a call', () => {
  it.each([
    ['GET /_ping', '/_ping'],
    ['HEAD /_ping', '/_ping'],
    ['GET /v1.41/version', '/v1.41/version'],
    ['GET /v1.47/info?', '/v1.47/info'],
    [
      'POST /v1.41/containers/create?name=muster-1&platform=linux%2Famd64',
      '/v1.41/containers/create?name=muster-1&platform=linux%2Famd64',
    ],
    ['POST /containers/create?Image=x&name=muster-1&HostConfig=%7B%7D', '/containers/create?name=muster-1'],
    ['POST /containers/muster-1/start', '/containers/muster-1/start'],
    ['POST /containers/abc/stop?t=10', '/containers/abc/stop?t=10'],
    ['POST /containers/abc/kill?signal=SIGRTMIN%2B3', '/containers/abc/kill?signal=SIGRTMIN%2B3'],
    ['POST /containers/abc/unpause', '/containers/abc/unpause'],
    ['POST /containers/abc/wait?condition=not-running', '/containers/abc/wait?condition=not-running'],
    ['GET /containers/abc/json', '/containers/abc/json'],
    ['HEAD /containers/abc/archive?path=%2Fbin%2Fsh', '/containers/abc/archive?path=%2Fbin%2Fsh'],
    ['GET /containers/abc/logs?follow=true&stdout=1&tail=5', '/containers/abc/logs?follow=true&stdout=1&tail=5'],
    ['DELETE /v1.41/containers/abc?v=true&force=true', '/v1.41/containers/abc?v=true&force=true'],
    ['GET /images/json', '/images/json'],
    ['GET /images/registry.local:5000/a/b@sha256:00/json', '/images/registry.local:5000/a/b@sha256:00/json'],
    ['POST /images/create?fromImage=muster%2Fworkers:1', '/images/create?fromImage=muster%2Fworkers%3A1'],
    ['DELETE /images/muster/workers:1?force=0', '/images/muster/workers:1?force=0'],
    ['POST /networks/create', '/networks/create'],
    ['GET /networks/muster-1', '/networks/muster-1'],
    ['DELETE /networks/muster-1', '/networks/muster-1'],
  ])('passes: %s', (request, target) => {
    expect(read(request)).toBe(target);
  });

  it.each([
    'POST /containers/abc/exec',
    'POST /containers/abc/attach',
    'GET /containers/abc/attach/ws',
    'POST /containers/abc/update',
    'POST /containers/abc/rename?name=x',
    'GET /containers/abc/archive?path=%2F',
    'PUT /containers/abc/archive?path=%2F',
    'GET /containers/abc/export',
    'POST /containers/prune',
    'POST /exec/abc/start',
    'POST /build',
    'POST /commit?container=abc',
    'POST /images/load',
    'POST /images/abc/push',
    'POST /images/abc/tag?repo=x',
    'POST /images/prune',
    'GET /images/abc/get',
    'POST /session',
    'POST /grpc',
    'POST /auth',
    'POST /swarm/init',
    'GET /plugins',
    'POST /plugins/pull?remote=x',
    'GET /secrets',
    'POST /services/create',
    'GET /volumes',
    'POST /volumes/create',
    'POST /networks/abc/connect',
    'GET /system/df',
    'GET /distribution/x/json',
    'CONNECT /_ping',
    'get /_ping',
    'PATCH /containers/abc/json',
  ])('is not known: %s', (request) => {
    expect(read(request)).toMatch(/ is not allowed$/);
  });

  it.each([
    'GET /v1.41/../v1.24/info',
    'GET //info',
    'GET /%69nfo',
    'GET /containers/%2e%2e/json',
    'GET /containers/../info',
    'GET /containers/./json',
    'GET /containers/abc/json/',
    'GET /containers/a%2Fb/json',
    'GET /containers\\abc\\json',
    'GET /info;x=1',
    'GET /info#x',
    'GET http://engine/info',
    'GET *',
    'GET ',
    'GET /_ping?a?b',
  ])('is not written plainly: %s', (request) => {
    expect(read(request)).toMatch(/^the path .* is not written plainly$/);
  });

  it.each(['/v1.40', '/v1.24', '/v1.9', '/v1.0'])('of the version %s is refused, which had other rules', (version) => {
    expect(read(`GET ${version}/info`)).toBe('only versions of the API from 1.41 on are allowed');
  });

  it.each(['/v2.0/info', '/v1.41.1/info', '/v1.041x/info', '/v01.41/info', '/V1.41/info', '/v1/info', '/v1.9999/info'])(
    'has no such version: %s',
    (target) => {
      expect(read(`GET ${target}`)).toMatch(/is not allowed$/);
    },
  );

  it.each([
    ['POST /containers/abc/start?detachKeys=a', 'the parameter detachKeys is not allowed'],
    ['DELETE /containers/abc?link=1', 'the parameter link is not allowed'],
    ['DELETE /images/abc?force=1', 'the parameter force cannot be 1'],
    ['POST /images/create?fromSrc=http://x', 'the parameter fromSrc is not allowed'],
    ['POST /images/create?tag=1', 'the parameter fromImage must name an image'],
    ['POST /containers/create', 'the parameter name must begin with muster-'],
    ['POST /containers/create?name=mongo', 'the parameter name cannot be mongo'],
    ['POST /containers/abc/stop?t=1&t=2', 'the parameter t is given twice'],
    ['POST /containers/abc/kill?signal=a%26b', 'the parameter signal cannot be "a&b"'],
    ['GET /events?since=now', 'the parameter since cannot be now'],
    ['GET /info?constructor=1', 'the parameter constructor is not allowed'],
    [
      'GET /containers/json?filters=%7B%22network%22%3A%5B%22x%22%5D%7D',
      'the parameter filters cannot be "{\\"network\\":[\\"x\\"]}"',
    ],
    ['GET /containers/json?filters=x', 'the parameter filters cannot be x'],
  ])('has parameters that are checked: %s', (request, reason) => {
    expect(read(request)).toBe(reason);
  });

  it.each(['/containers/json', '/events', '/networks'])('to %s asks only for what is ours', (path) => {
    const filtersOf = (request: string): unknown =>
      JSON.parse(new URLSearchParams(read(request).split('?')[1]).get('filters') ?? '');
    const own = 'dev.muster.installation=ins_1';
    expect(filtersOf(`GET ${path}`)).toEqual({ label: [own] });
    const other = encodeURIComponent(JSON.stringify({ label: { 'dev.muster.installation=ins_2': true } }));
    expect(filtersOf(`GET ${path}?filters=${other}`)).toEqual({ label: ['dev.muster.installation=ins_2', own] });
  });

  it('pulls only images that the operator allows', () => {
    const only = { ...policy, images: ['muster/'] };
    expect(read('POST /images/create?fromImage=muster/workers&tag=1', only)).toMatch(/^\/images\/create/);
    expect(read('POST /images/create?fromImage=other&tag=1', only)).toBe(
      'the image other is not one that the operator allows',
    );
  });
});
