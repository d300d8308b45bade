import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidSpec } from '../../contract/errors.js';
import { ApiTransport } from './api-transport.js';
import { serviceAccount } from './service-account.js';
import { kubeconfig, KubernetesBench } from './testing/kubernetes-bench.js';

describe.skipIf(kubeconfig === '')('the service account of a pod', () => {
  const bench = new KubernetesBench();
  beforeAll(async () => {
    await bench.prepare();
  });
  afterAll(() => bench.clear());

  const file = (name: string, text: string): void => writeFileSync(`${bench.folder}/${name}`, text);
  const kubectl = (...args: string[]): Promise<string> => bench.kubectl(args);
  const newToken = (): Promise<string> => kubectl('create', 'token', 'default', '-n', bench.namespace);

  it('is who asks, also after its token was replaced', async () => {
    const view = ['config', 'view', '--raw', '--minify', '--flatten', '-o'];
    const server = await kubectl(...view, 'jsonpath={.clusters[0].cluster.server}');
    const ca = await kubectl(...view, 'jsonpath={.clusters[0].cluster.certificate-authority-data}');
    file('ca.crt', Buffer.from(ca, 'base64').toString('utf8'));
    file('token', 'ended');
    const transport = new ApiTransport(serviceAccount({ folder: bench.folder, server }));
    file('token', await newToken());
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const answer = await transport.json({ method: 'POST', path, body: review, question: 'who we are' });
    const username = `system:serviceaccount:${bench.namespace}:default`;
    expect(answer).toMatchObject({ status: { userInfo: { username } } });
    transport.close();
  });

  it('is not there outside of a cluster', () => {
    expect(() => serviceAccount({ folder: '/nonexistent', server: 'https://nowhere' })).toThrow(InvalidSpec);
    expect(() => serviceAccount({ folder: bench.folder, server: undefined })).toThrow(InvalidSpec);
  });
});
