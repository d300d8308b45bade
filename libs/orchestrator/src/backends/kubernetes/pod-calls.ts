import type { Readable } from 'node:stream';
import type { KubernetesApi, Listed, PodLogQuery, V1Pod } from './kubernetes-api.js';
import { ifThere } from './kubernetes-refusal.js';

/** What is asked about the pods of one namespace. */
export class PodCalls {
  constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
  ) {}

  create(pod: V1Pod): Promise<V1Pod> {
    return this.api.createPod(this.namespace, pod);
  }

  find(name: string): Promise<V1Pod | undefined> {
    return ifThere(this.api.pod(this.namespace, name));
  }

  delete(name: string, options: { graceSeconds: number; uid: string }): Promise<void> {
    return this.api.deletePod(this.namespace, name, options);
  }

  logs(name: string, query: PodLogQuery, signal: AbortSignal): Promise<Readable> {
    return this.api.podLog(this.namespace, name, query, signal);
  }

  /** What the cluster has noted of a pod, for people. */
  async notes(name: string): Promise<string[]> {
    return (await this.api.podEvents(this.namespace, name)).map(({ message }) => message ?? '');
  }

  /** A claim that the pod waits for. */
  async claim(claim: object): Promise<void> {
    const path = `/apis/resource.k8s.io/v1/namespaces/${encodeURIComponent(this.namespace)}/resourceclaims`;
    await this.api.createObject(path, claim, 'to create a resource claim');
  }

  listed(labelSelector: string): Listed<V1Pod> {
    return this.api.pods(this.namespace, { labelSelector });
  }
}
