import { setTimeout as pause } from 'node:timers/promises';
import { Bell } from '../bell.js';
import { KubernetesApi, type V1Node } from './kubernetes-api.js';
import { ListWatch } from './list-watch.js';

/** On the nodes that get a local directory: which installation it is of. */
export const localDirectoryLabel = 'muster.dev/local-directory';

export interface NodeLabelsOptions {
  readonly configFile?: string;
  /** Label selector of the nodes that are wanted. */
  readonly selector: string;
  readonly installationId: string;
  /** Told of what failed; it is tried again by itself. */
  readonly onError: (error: unknown) => void;
}

const firstBackoffMs = 1000;
const lastBackoffMs = 30_000;
const lookAgainMs = 60_000;

interface LabelledNode {
  readonly name: string;
  readonly label: string | undefined;
}

/** Which labels to set (to the installation) and to take away (null). A label of another installation is left alone. Pure. */
export function labelsToChange(
  wanted: readonly LabelledNode[],
  ours: readonly LabelledNode[],
  installationId: string,
): { name: string; value: string | null }[] {
  const names = new Set(wanted.map(({ name }) => name));
  return [
    ...wanted.filter(({ label }) => label === undefined).map(({ name }) => ({ name, value: installationId })),
    ...ours.filter(({ name }) => !names.has(name)).map(({ name }) => ({ name, value: null })),
  ];
}

/**
 * Keeps the label of this installation on the nodes that match a selector, and on no others, so that a DaemonSet starts a local
 * directory on each. Any number of replicas may do so at the same time.
 */
export class NodeLabels {
  private readonly api: KubernetesApi;
  private readonly wanted: ListWatch<V1Node>;
  private readonly ours: ListWatch<V1Node>;
  private readonly bell = new Bell();
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;

  /** Throws `InvalidSpec` for a kubeconfig that cannot be used. */
  constructor(private readonly options: NodeLabelsOptions) {
    const { configFile, selector, installationId, onError } = options;
    this.api = KubernetesApi.open(configFile === undefined ? {} : { configFile });
    this.wanted = new ListWatch(this.api.nodes({ labelSelector: selector }), { onError });
    const labelSelector = `${localDirectoryLabel}=${installationId}`;
    this.ours = new ListWatch(this.api.nodes({ labelSelector }), { onError });
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.closing.abort();
    this.api.close();
    await Promise.all([this.wanted.close(), this.ours.close()]);
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (const list of [this.wanted, this.ours]) list.follow(() => this.bell.ring());
    await Promise.all([this.wanted.synced(signal), this.ours.synced(signal)]).catch(() => {});
    let backoffMs = firstBackoffMs;
    while (!signal.aborted) {
      if (await this.labelAll()) {
        backoffMs = firstBackoffMs;
        await this.bell.rung(lookAgainMs, signal);
      } else {
        await pause(backoffMs, undefined, { signal }).catch(() => {});
        backoffMs = Math.min(2 * backoffMs, lastBackoffMs);
      }
    }
  }

  /** Whether everything is as it should be now. */
  private async labelAll(): Promise<boolean> {
    const { installationId, onError } = this.options;
    let done = true;
    for (const { name, value } of labelsToChange(seen(this.wanted), seen(this.ours), installationId)) {
      await this.api.labelNode(name, { [localDirectoryLabel]: value }).catch((error: unknown) => {
        done = false;
        if (!this.closing.signal.aborted) onError(error);
      });
    }
    return done;
  }
}

function seen(nodes: ListWatch<V1Node>): LabelledNode[] {
  return nodes
    .all()
    .map(({ metadata }) => ({ name: metadata?.name ?? '', label: metadata?.labels?.[localDirectoryLabel] }));
}
