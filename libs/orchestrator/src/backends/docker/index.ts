import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadId } from '@muster/contracts';
import { BackendUnavailable, InvalidSpec } from '../../contract/errors.js';
import { readDeclaredNode } from '../declared-node.js';
import { IdFile } from '../id-file.js';
import { dockerCapabilities } from './capabilities.js';
import { DockerApi, type EngineInfo } from './docker-api.js';
import { DockerBackend, type DockerParts } from './docker-backend.js';
import { connectionOf, isLocal } from './engine-address.js';
import { Housekeeping } from './housekeeping.js';
import { Images } from './images.js';
import { platformOf } from './node-description.js';
import { dockerDefaults, type DockerBackendOptions } from './options.js';
import { ProgramCheck } from './program-check.js';
import { PulledImages } from './pulled-images.js';
import { SessionNetworks } from './session-networks.js';
import { StartTurns } from '../start-turns.js';
import { checkPool } from './subnet-choice.js';
import { WorkloadBook } from './workload-book.js';

const idsKept = 10_000;

/** Opens the back end. The engine must answer: `BackendUnavailable` otherwise. */
export async function openDockerBackend(options: DockerBackendOptions): Promise<DockerBackend> {
  const settings = { ...dockerDefaults, ...given(options) };
  if (settings.sessionNetworks !== undefined) checkPool(settings.sessionNetworks);
  prepareStateDir(settings.stateDir);
  const declared = settings.nodeFile === undefined ? {} : await readDeclaredNode(settings.nodeFile);
  const api = new DockerApi(connectionOf(settings.engine));
  try {
    const parts = partsOf(settings, api, await api.connect());
    parts.housekeeping.start(settings.housekeepingMs);
    return new DockerBackend({ ...parts, declared });
  } catch (error) {
    api.close();
    throw error;
  }
}

type Settings = DockerBackendOptions & Required<Pick<DockerBackendOptions, keyof typeof dockerDefaults>>;

function partsOf(settings: Settings, api: DockerApi, engine: EngineInfo): Omit<DockerParts, 'declared'> {
  const { stateDir, endedKept, imageKeepMs } = settings;
  const owner = `${settings.installationId}/${settings.nodeId}`;
  const platform = platformOf(engine);
  const usedUp = new IdFile(join(stateDir, 'used-up-ids'), idsKept);
  const stopped = new IdFile(join(stateDir, 'stopped-ids'), idsKept);
  const book = new WorkloadBook(api, owner, { stopped, usedUp }, endedKept);
  const images = new Images(api, platform, new PulledImages(join(stateDir, 'pulled-images.json')), settings);
  if (settings.sessionNetworks !== undefined && platform.os !== 'linux')
    throw new InvalidSpec(`a network per session is not possible on an engine with ${platform.os}`);
  const networks = new SessionNetworks(api, settings, settings.sessionNetworks);
  const turns = new StartTurns();
  const isStarting = (id: WorkloadId): boolean => turns.isGoingOn(id);
  return {
    capabilities: dockerCapabilities(engine, platform.os, endedKept),
    api,
    book,
    images,
    networks,
    programs: new ProgramCheck(api),
    turns,
    housekeeping: new Housekeeping({ book, images, networks, usedUp, isStarting, endedKept, imageKeepMs }),
    usedUp,
    stopped,
    host: { ...settings, owner, osFamily: platform.os },
    node: { api, isLocal: isLocal(settings.engine), stateDir, portCount: settings.portCount ?? 0 },
    nodeOptions: settings,
  };
}

function given(options: DockerBackendOptions): DockerBackendOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as DockerBackendOptions;
}

function prepareStateDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BackendUnavailable(`the state directory ${path} cannot be used: ${String(cause)}`, { cause });
  }
}
