import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadId } from '@muster/contracts';
import { BackendUnavailable, InvalidSpec } from '../../contract/errors.js';
import { IdFile } from '../id-file.js';
import type { ImagePlatform } from '../image-choice.js';
import { StartTurns } from '../start-turns.js';
import { kubernetesCapabilities } from './capabilities.js';
import { Housekeeping } from './housekeeping.js';
import { KubernetesApi } from './kubernetes-api.js';
import { KubernetesBackend, type KubernetesParts } from './kubernetes-backend.js';
import { LastOutputs } from './last-outputs.js';
import { NodeFacts } from './node-facts.js';
import { kubernetesDefaults, type KubernetesBackendOptions } from './options.js';
import { PodBook } from './pod-book.js';
import { PodCalls } from './pod-calls.js';
import { PodFeed } from './pod-feed.js';
import { ownerSelector } from './pod-labels.js';
import { PodRemoval } from './pod-removal.js';
import type { KubernetesSettings, PodTarget } from './pod-target.js';
import { hasStatus } from './start-refusal.js';
import { parseToleration } from './tolerations.js';

const idsKept = 10_000;

/** Opens the back end. The cluster must answer and have the node: `BackendUnavailable` or `InvalidSpec` otherwise. */
export async function openKubernetesBackend(options: KubernetesBackendOptions): Promise<KubernetesBackend> {
  const settings = { ...kubernetesDefaults, ...given(options) };
  prepareStateDir(settings.stateDir);
  const tolerations = settings.tolerations.map(parseToleration);
  const api = KubernetesApi.open(given({ configFile: settings.configFile }));
  try {
    const nodeFacts = new NodeFacts(api, settings.nodeName, { ...settings, portCount: 0, tolerations });
    const platform = await platformOf(nodeFacts, settings.nodeName);
    const owner = `${settings.installationId}/${settings.nodeId}`;
    const parts = partsOf(settings, api, { ...settings, owner, platform, tolerations });
    parts.housekeeping.start(settings.housekeepingMs);
    return new KubernetesBackend({ ...parts, nodeFacts });
  } catch (error) {
    api.close();
    throw error;
  }
}

function partsOf(
  settings: KubernetesSettings,
  api: KubernetesApi,
  target: PodTarget,
): Omit<KubernetesParts, 'nodeFacts'> {
  const { stateDir, endedKept } = settings;
  const { owner, platform } = target;
  const usedUp = new IdFile(join(stateDir, 'used-up-ids'), idsKept);
  const stopped = new IdFile(join(stateDir, 'stopped-ids'), idsKept);
  const calls = new PodCalls(api, settings.namespace);
  const outputs = new LastOutputs(calls);
  const turns = new StartTurns();
  const isStarting = (id: WorkloadId): boolean => turns.isGoingOn(id);
  const book = new PodBook({ owner, ids: { stopped, usedUp }, outputs, isStarting, endedKept });
  const removal = new PodRemoval(calls, book, outputs);
  return {
    capabilities: kubernetesCapabilities(platform.os, settings),
    api,
    calls,
    book,
    feed: new PodFeed(calls.listed(ownerSelector(owner)), book),
    outputs,
    removal,
    turns,
    housekeeping: new Housekeeping({ book, removal, usedUp, stopped, isStarting, endedKept }),
    usedUp,
    stopped,
    target,
  };
}

async function platformOf(nodeFacts: NodeFacts, nodeName: string): Promise<ImagePlatform> {
  try {
    const [node] = await nodeFacts.now();
    const { family, build = '' } = node?.description.os ?? { family: 'linux' };
    return { os: family, build };
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    throw new InvalidSpec(`the cluster has no node ${nodeName}`, { cause: error });
  }
}

function given<Options extends object>(
  options: Options,
): { [Name in keyof Options]: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

function prepareStateDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BackendUnavailable(`the state directory ${path} cannot be used: ${String(cause)}`, { cause });
  }
}
