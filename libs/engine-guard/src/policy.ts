import { folderProblem, type FolderGrant } from './folders.js';
import { networkOf } from './subnets.js';

/** What the operator lets pass, beyond what is right for every installation. */
export interface EnginePolicy {
  /** Containers and networks are ours if and only if their label {@link installationLabel} says so. */
  readonly installationId: string;
  readonly folders: readonly FolderGrant[];
  readonly volumes: readonly string[];
  /** Networks that containers may join, besides those with our label. */
  readonly networks: readonly string[];
  /** Address ranges (`10.90.0.0/16`) in which subnets of our own networks may lie. */
  readonly subnets: readonly string[];
  readonly ports: { readonly first: number; readonly last: number };
  readonly hostAddresses: readonly string[];
  /** Names, or beginnings that end in `/`. Empty: any image may be pulled and run, none removed. */
  readonly images: readonly string[];
  readonly runtimes: readonly string[];
  readonly logDrivers: readonly string[];
  readonly maxPids: number;
}

export const installationLabel = 'dev.muster.installation';

/** Names in the engine that are made through the proxy: never a word that could be the beginning of somebody's id. */
export const ownName = /^muster-[a-zA-Z0-9_.-]{1,200}$/;

/** What makes a policy no protection, one sentence each. */
export function policyProblems(policy: EnginePolicy): string[] {
  const names = [...policy.volumes, ...policy.networks];
  return [
    ...policy.folders.flatMap((each) => folderProblem(each, policy.folders) ?? []),
    ...names.filter((each) => !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(each)).map((each) => `${each} is no name`),
    ...(policy.networks.includes('host') ? ["the network host is the host's own: it cannot be allowed"] : []),
    ...policy.subnets.filter((each) => networkOf(each) === undefined).map((each) => `${each} is no IPv4 network`),
  ];
}

/** Whether this image may be pulled and run. `reference` as it is written, with or without tag and digest. */
export function allowsImage({ images }: EnginePolicy, reference: string): boolean {
  return images.length === 0 || namesImage(images, reference);
}

/** Whether this image may be removed: only where the operator has said which images are Muster's. */
export function ownsImage({ images }: EnginePolicy, reference: string): boolean {
  return namesImage(images, reference);
}

function namesImage(images: readonly string[], reference: string): boolean {
  return images.some(
    (each) => reference.startsWith(each) && (each.endsWith('/') || /^($|[:@])/.test(reference.slice(each.length))),
  );
}

export function isOurs({ installationId }: EnginePolicy, labels: unknown): boolean {
  return (labels as Record<string, unknown> | null | undefined)?.[installationLabel] === installationId;
}
