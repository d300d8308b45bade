/** What is read of the nodes and pods of a cluster: a part of what its API sends, of which anything may be absent. */
export interface ClusterNode {
  readonly metadata?: {
    readonly name?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: unknown;
  };
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly capacity?: Quantities;
    readonly allocatable?: Quantities;
    readonly conditions?: readonly NodeCondition[];
    readonly images?: readonly { readonly names?: readonly string[] }[];
    readonly nodeInfo?: {
      readonly operatingSystem?: string;
      readonly architecture?: string;
      readonly kernelVersion?: string;
    };
  };
}

export interface NodeCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** Amounts by resource name, as text: `{ cpu: '250m', memory: '64Gi' }`. */
export type Quantities = Readonly<Record<string, string>>;

export interface ClusterPod {
  readonly metadata?: {
    readonly uid?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly containers?: readonly PodContainer[];
    readonly initContainers?: readonly PodContainer[];
    readonly overhead?: Quantities;
    /** For the pod as a whole. */
    readonly resources?: PodResources;
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly NodeCondition[];
    readonly containerStatuses?: readonly PodContainerStatus[];
    readonly initContainerStatuses?: readonly PodContainerStatus[];
  };
}

export interface PodContainer {
  readonly name?: string;
  /** `Always` makes an init container one that goes on beside the others. */
  readonly restartPolicy?: string;
  readonly resources?: PodResources;
}

export interface PodContainerStatus {
  readonly name: string;
  readonly allocatedResources?: Quantities;
  readonly resources?: PodResources;
}

export interface PodResources {
  readonly requests?: Quantities;
}
