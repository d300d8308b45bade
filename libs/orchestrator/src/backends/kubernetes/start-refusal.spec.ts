import { describe, expect, it } from 'vitest';
import { BackendUnavailable, InvalidSpec, NoCapacity } from '../../contract/errors.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';
import { hasStatus, startRefusal } from './start-refusal.js';

const refusal = (status: number, said: string): KubernetesRefusal => new KubernetesRefusal(status, '', said, 'a pod');

describe('what the cluster refuses when a pod is to be made', () => {
  it.each([
    ['a full quota', 403, 'pods "w" is forbidden: exceeded quota: all, requested: pods=1', 'no-capacity'],
    ['rules of Pod Security', 403, 'pods "w" is forbidden: violates PodSecurity "restricted:latest"', 'invalid-spec'],
    ['a webhook', 400, 'admission webhook "w" denied the request: no', 'invalid-spec'],
    ['a pod that cannot be', 422, 'Pod "w" is invalid: spec.containers[0].env[0].name: Required', 'invalid-spec'],
    ['rights that we lack', 403, 'pods is forbidden: User "u" cannot create resource "pods"', 'backend-unavailable'],
    ['a namespace that ends', 403, 'namespace n because it is being terminated', 'backend-unavailable'],
    ['a namespace that is not there', 404, 'namespaces "n" not found', 'backend-unavailable'],
    ['too many questions', 429, 'slow down', 'backend-unavailable'],
  ])('for %s', (_, status, said, code) => {
    expect(startRefusal(refusal(status, said))).toMatchObject({ code });
  });

  it('leaves errors of the contract as they are, and takes all others for silence', () => {
    const known = new NoCapacity('full');
    expect(startRefusal(known)).toBe(known);
    expect(startRefusal(new TypeError('odd'))).toBeInstanceOf(BackendUnavailable);
    expect(hasStatus(refusal(404, ''), 404, 409)).toBe(true);
    expect(hasStatus(new InvalidSpec(''), 404)).toBe(false);
  });
});
