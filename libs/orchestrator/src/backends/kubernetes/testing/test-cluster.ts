import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import { randomBytes } from 'node:crypto';
import { expect, vi } from 'vitest';
import { type SimulatedKind, simulatedNode } from './simulated-node.js';

/** Where the cluster of the tests is; they are skipped without one. */
export const kubeconfig = process.env['KUBECONFIG'];

/** The real cluster, and what one test made in it: a namespace of its own, and nodes that are simulated. */
export class TestCluster {
  readonly namespace = `muster-test-${randomBytes(4).toString('hex')}`;
  private readonly nodes: string[] = [];

  private constructor(
    readonly core: CoreV1Api,
    private readonly objects: KubernetesObjectApi,
  ) {}

  static async open(): Promise<TestCluster> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig ?? '');
    const cluster = new TestCluster(config.makeApiClient(CoreV1Api), KubernetesObjectApi.makeApiClient(config));
    await cluster.core.createNamespace({ body: { metadata: { name: cluster.namespace } } });
    return cluster;
  }

  /** Everything that was made here goes. */
  async close(): Promise<void> {
    await this.core.deleteNamespace({ name: this.namespace });
    for (const name of this.nodes) await this.core.deleteNode({ name });
  }

  /** Waits until it is ready. */
  async addNode(kind: SimulatedKind, change: (node: V1Node) => void = () => undefined): Promise<V1Node> {
    const name = `${this.namespace}-${kind}-${this.nodes.length}`;
    const node = simulatedNode(name, kind);
    change(node);
    this.nodes.push(name);
    await this.core.createNode({ body: node });
    await vi.waitFor(async () => expect(await this.isReady(name)).toBe(true), { timeout: 30_000, interval: 100 });
    return this.core.readNode({ name });
  }

  async changeNode(name: string, patch: { metadata?: object; spec?: object }): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Node', ...patch, metadata: { ...patch.metadata, name } };
    await this.objects.patch(body, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  }

  /** A pod of somebody else, bound to the node and running there. */
  async addPod(nodeName: string, requests: Record<string, string>): Promise<V1Pod> {
    const pod: V1Pod = {
      metadata: { generateName: 'foreign-', namespace: this.namespace },
      spec: {
        nodeName,
        terminationGracePeriodSeconds: 0,
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'main', image: 'example.org/none:1', resources: { requests, limits: requests } }],
      },
    };
    return this.core.createNamespacedPod({ namespace: this.namespace, body: pod });
  }

  async removePod({ metadata }: V1Pod): Promise<void> {
    await this.core.deleteNamespacedPod({
      namespace: this.namespace,
      name: metadata?.name ?? '',
      gracePeriodSeconds: 0,
    });
  }

  /** And the cluster has seen it: a node has a taint until then, which its description would name as pressure. */
  private async isReady(name: string): Promise<boolean> {
    const { spec, status } = await this.core.readNode({ name });
    const isTainted = spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready') ?? false;
    return !isTainted && (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');
  }
}
