import { KubernetesApi, type V1Pod } from './kubernetes-api.js';
import { KubernetesRefusal, ifThere } from './kubernetes-refusal.js';
import { ListWatch } from './list-watch.js';

const installationLabel = 'muster.dev/installation';
const kindLabel = 'muster.dev/kind';
const instanceLabel = 'muster.dev/instance';
const kind = 'session-service';

/** A session service as a pod. `ending`: its deletion has begun. */
export interface ServicePod {
  readonly name: string;
  readonly instance: string;
  readonly state: 'live' | 'ending' | 'ended';
}

export interface ServicePodsOptions {
  readonly configFile?: string;
  readonly namespace: string;
  /** Name of the PodTemplate (core/v1) that they are made from. */
  readonly template: string;
  readonly installationId: string;
  readonly onError: (error: unknown) => void;
}

/** The pods of further session services of one installation: made from a template, found again after our restart. */
export class ServicePods {
  private readonly api: KubernetesApi;
  private readonly pods: ListWatch<V1Pod>;

  /** Throws `InvalidSpec` for a kubeconfig that cannot be used. */
  constructor(private readonly options: ServicePodsOptions) {
    const { configFile, namespace, installationId, onError } = options;
    this.api = KubernetesApi.open(configFile === undefined ? {} : { configFile });
    const labelSelector = `${installationLabel}=${installationId},${kindLabel}=${kind}`;
    this.pods = new ListWatch(this.api.pods(namespace, { labelSelector }), { onError });
  }

  /** Calls back when something has changed, and once when all are known. */
  follow(onChange: () => void): void {
    this.pods.follow(onChange);
  }

  /** Undefined until they are known. */
  all(): ServicePod[] | undefined {
    return this.pods.isSynced ? this.pods.all().map(servicePodOf) : undefined;
  }

  /** Whether it was made: false where there is one of this name already, of another replica of ours perhaps. */
  async create(name: string, instance: string): Promise<boolean> {
    const { namespace, template, installationId } = this.options;
    const { template: made } = await this.api.podTemplate(namespace, template);
    const labels = { [installationLabel]: installationId, [kindLabel]: kind, [instanceLabel]: instance };
    const pod = podFrom(made ?? {}, {
      name,
      labels,
      env: { MUSTER_INSTANCE_ID: instance, MUSTER_PROVISIONED: 'true' },
    });
    try {
      await this.api.createPod(namespace, pod);
      return true;
    } catch (error) {
      if (error instanceof KubernetesRefusal && error.status === 409) return false;
      throw error;
    }
  }

  /** Asks it to end; it is gone when it is not listed any more. */
  async remove(name: string, graceMs: number): Promise<void> {
    await ifThere(this.api.deletePod(this.options.namespace, name, { graceSeconds: Math.ceil(graceMs / 1000) }));
  }

  async close(): Promise<void> {
    this.api.close();
    await this.pods.close();
  }
}

interface PodAdditions {
  name: string;
  labels: Record<string, string>;
  env: Record<string, string>;
}

/** The pod of a template, which is never started again in place: who wants it makes another one. Pure. */
export function podFrom(template: Pick<V1Pod, 'metadata' | 'spec'>, { name, labels, env }: PodAdditions): V1Pod {
  const { metadata, spec } = template;
  const [first, ...others] = spec?.containers ?? [];
  const added = Object.entries(env).map(([variable, value]) => ({ name: variable, value }));
  const kept = first?.env?.filter((each) => !(each.name in env)) ?? [];
  return {
    metadata: {
      name,
      labels: { ...metadata?.labels, ...labels },
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
    },
    spec: Object.assign({}, spec, {
      restartPolicy: 'Never',
      containers: first === undefined ? [] : [Object.assign({}, first, { env: [...kept, ...added] }), ...others],
    }),
  };
}

function servicePodOf({ metadata, status }: V1Pod): ServicePod {
  const ended = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  const state = metadata?.deletionTimestamp !== undefined ? 'ending' : ended ? 'ended' : 'live';
  return { name: metadata?.name ?? '', instance: metadata?.labels?.[instanceLabel] ?? '', state };
}
