import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KubernetesApi } from './kubernetes-api.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';
import { answers, MisbehavingApi } from './testing/misbehaving-api.js';

const { signal: never } = new AbortController();
let folder: string;
let cluster: MisbehavingApi;
let api: KubernetesApi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-kubernetes-api-'));
  cluster = await MisbehavingApi.start();
  const configFile = join(folder, 'config');
  const config = {
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    clusters: [{ name: 'here', cluster: { server: cluster.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: { token: 'token' } }],
  };
  writeFileSync(configFile, JSON.stringify(config));
  api = KubernetesApi.open({ configFile });
});
beforeEach(() => {
  cluster.received.length = 0;
});
afterAll(async () => {
  api.close();
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

const textOf = async (stream: Readable): Promise<string> => Buffer.concat(await stream.toArray()).toString('utf8');
const json = 'application/json';
const pod = { metadata: { name: 'a' } };
const patched = 'application/merge-patch+json';

describe('a call is exactly one request', () => {
  it.each<[string, () => Promise<unknown>, object]>([
    [
      'to create a pod',
      () => api.createPod('ns', pod),
      { method: 'POST', path: '/api/v1/namespaces/ns/pods', query: {}, body: pod, type: json },
    ],
    ['for a pod', () => api.pod('ns', 'a', never), { method: 'GET', path: '/api/v1/namespaces/ns/pods/a', query: {} }],
    [
      'for a pod whose names are no words of a path',
      () => api.pod('n/s', '../a?b'),
      { method: 'GET', path: '/api/v1/namespaces/n%2Fs/pods/..%2Fa%3Fb', query: {} },
    ],
    [
      'to delete a pod',
      () => api.deletePod('ns', 'a', {}),
      { method: 'DELETE', path: '/api/v1/namespaces/ns/pods/a', query: {}, body: {}, type: json },
    ],
    [
      'to delete one very pod within its grace, which may be none',
      () => api.deletePod('ns', 'a', { graceSeconds: 0, uid: 'uid-1' }),
      {
        method: 'DELETE',
        path: '/api/v1/namespaces/ns/pods/a',
        query: {},
        body: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-1' } },
        type: json,
      },
    ],
    ['for a node', () => api.node('node-1'), { method: 'GET', path: '/api/v1/nodes/node-1', query: {} }],
    [
      'to label a node',
      () => api.labelNode('node-1', { set: 'yes', gone: null }),
      {
        method: 'PATCH',
        path: '/api/v1/nodes/node-1',
        query: {},
        body: { metadata: { labels: { set: 'yes', gone: null } } },
        type: patched,
      },
    ],
    [
      'for a pod template',
      () => api.podTemplate('ns', 'session'),
      { method: 'GET', path: '/api/v1/namespaces/ns/podtemplates/session', query: {} },
    ],
    [
      'for an object of another kind',
      () => api.createObject('/apis/resource.k8s.io/v1/namespaces/ns/resourceclaims', { spec: {} }, 'to make it'),
      {
        method: 'POST',
        path: '/apis/resource.k8s.io/v1/namespaces/ns/resourceclaims',
        query: {},
        body: { spec: {} },
        type: json,
      },
    ],
  ])('%s', async (_, call, expected) => {
    cluster.next(answers.value({ from: 'the cluster' }));
    await call();
    expect(cluster.received.map(asked)).toEqual([expected]);
  });

  it('and its answer is what the cluster told', async () => {
    cluster.next(answers.value(pod));
    expect(await api.pod('ns', 'a')).toEqual(pod);
  });

  it('for the events of a pod, of which it gives the items', async () => {
    cluster.next(answers.value({ items: [{ message: 'pulled' }], metadata: {} }));
    expect(await api.podEvents('ns', 'a')).toEqual([{ message: 'pulled' }]);
    const query = { fieldSelector: 'involvedObject.kind=Pod,involvedObject.name=a' };
    expect(cluster.received.map(asked)).toEqual([{ method: 'GET', path: '/api/v1/namespaces/ns/events', query }]);
  });

  it.each([
    [
      { follow: true, tailLines: 5, timestamps: true },
      { follow: 'true', tailLines: '5', timestamps: 'true' },
    ],
    [
      { follow: false, sinceTime: '2026-01-31T12:00:00Z', limitBytes: 10 },
      { sinceTime: '2026-01-31T12:00:00Z', limitBytes: '10' },
    ],
  ])('for the output of a pod, as it comes (%j)', async (wanted, query) => {
    cluster.next(answers.text('line\n'));
    expect(await textOf(await api.podLog('ns', 'a', wanted, never))).toBe('line\n');
    expect(cluster.received.map(asked)).toEqual([{ method: 'GET', path: '/api/v1/namespaces/ns/pods/a/log', query }]);
  });

  it('of which another pod of the same name is a conflict', async () => {
    cluster.next(answers.refusal(409, 'Conflict', 'the uid in the precondition does not match'));
    const failed = await api.deletePod('ns', 'a', { uid: 'uid-1' }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(KubernetesRefusal);
    expect(failed).toMatchObject({ status: 409, reason: 'Conflict' });
  });
});

describe('a list', () => {
  const page = (items: string[], metadata: object): ReturnType<typeof answers.value> =>
    answers.value({ kind: 'PodList', items, metadata });

  it('is asked for page by page, each with the token of the one before', async () => {
    cluster.next(page(['a'], { resourceVersion: '7', continue: 'more==' }), page(['b'], { resourceVersion: '7' }));
    const listed = api.pods('ns', { labelSelector: 'muster.dev/owner=x' });
    const first = await listed.page({ limit: 1 }, never);
    expect(first).toEqual({ items: ['a'], resourceVersion: '7', continue: 'more==' });
    const second = await listed.page({ limit: 1, continue: first.continue ?? '' }, never);
    expect(second).toEqual({ items: ['b'], resourceVersion: '7' });
    const query = { labelSelector: 'muster.dev/owner=x', limit: '1' };
    expect(cluster.received.map(asked)).toEqual([
      { method: 'GET', path: '/api/v1/namespaces/ns/pods', query },
      { method: 'GET', path: '/api/v1/namespaces/ns/pods', query: { ...query, continue: 'more==' } },
    ]);
  });

  it('ends with a page whose token is empty', async () => {
    cluster.next(page([], { resourceVersion: '7', continue: '' }));
    expect(await api.nodes().page({ limit: 1 }, never)).toEqual({ items: [], resourceVersion: '7' });
  });

  it.each([
    ['pods', () => api.pods(undefined, { fieldSelector: 'spec.nodeName=a' }), '/api/v1/pods', 'spec.nodeName=a'],
    ['nodes', () => api.nodes({ fieldSelector: 'metadata.name=a' }), '/api/v1/nodes', 'metadata.name=a'],
  ] as const)('may be of the whole cluster (%s)', async (what, listedOf, path, fieldSelector) => {
    cluster.next(page([], { resourceVersion: '7' }));
    const listed = listedOf();
    await listed.page({ limit: 500 }, never);
    expect(listed.what).toBe(what);
    expect(cluster.received.map(asked)).toEqual([{ method: 'GET', path, query: { fieldSelector, limit: '500' } }]);
  });

  it('is watched from a version on, with bookmarks', async () => {
    cluster.next(answers.text('{"type":"BOOKMARK"}\n'));
    const listed = api.pods('ns', { labelSelector: 'x=y' });
    const stream = await listed.watch({ resourceVersion: '7', timeoutSeconds: 240 }, never);
    expect(await textOf(stream)).toBe('{"type":"BOOKMARK"}\n');
    const query = {
      labelSelector: 'x=y',
      resourceVersion: '7',
      timeoutSeconds: '240',
      watch: 'true',
      allowWatchBookmarks: 'true',
    };
    expect(cluster.received.map(asked)).toEqual([{ method: 'GET', path: '/api/v1/namespaces/ns/pods', query }]);
  });
});

/** What was asked for; who asks is the same every time. */
function asked({ method, path, query, body, headers }: MisbehavingApi['received'][number]): object {
  expect(headers.authorization).toBe('Bearer token');
  const type = headers['content-type'];
  return { method, path, query, ...(type === undefined ? {} : { body: JSON.parse(body), type }) };
}
