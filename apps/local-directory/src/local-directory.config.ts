import { backendSettings } from '@muster/directory';
import {
  booleanSetting,
  choiceSetting,
  integerSetting,
  listSetting,
  pairsSetting,
  portRangeSetting,
  textSetting,
  type CommonSettings,
  type SettingsOf,
} from '@muster/platform';
import { dockerSettings } from './docker.config.js';
import { kubernetesSettings } from './kubernetes.config.js';
import { processSettings } from './process.config.js';

/** Settings of a local directory alone. */
export const localDirectorySettings = {
  ...backendSettings,
  MUSTER_NODE_ID: textSetting(
    "Id of this node; default: of the cluster's node, else a random one, kept in the data folder",
    undefined,
  ),
  MUSTER_NODE_NAME: textSetting(
    "Name of this node; default: the host's name. On Kubernetes the name of the cluster's node, and required",
    undefined,
  ),
  MUSTER_NODE_FOLDER: textSetting("This node's own folder; default: nodes/own in the data folder", undefined),
  MUSTER_NODE_FILE: textSetting(
    'YAML file that declares hardware, labels and pools instead of what is found',
    undefined,
  ),
  MUSTER_NODE_LABELS: pairsSetting('Labels of this node, where no file declares any', {
    kind: 'name=value',
    names: /^[^\s=,]{1,63}$/,
    example: 'zone=a,disk=ssd',
  }),
  MUSTER_NODE_POOLS: listSetting('Pools that this node is part of, where no file declares any', []),
  MUSTER_NODE_RESERVED_CPU_MILLIS: integerSetting('Kept for the system, in thousandths of a core', 0),
  MUSTER_NODE_RESERVED_MEMORY_BYTES: integerSetting('Memory kept for the system', 268_435_456),
  MUSTER_WORKER_PORTS: portRangeSetting('Host ports that workers of this node get', { first: 21_000, last: 22_999 }),
  MUSTER_FORWARDER_PORTS: portRangeSetting(
    'Host ports under which programs that compare no token are reached; default: of the worker ports',
    undefined,
  ),
  MUSTER_WORKER_CPU_CAP: booleanSetting(
    'Workers get no more CPU than they booked, even when nobody else wants it (where the back end can enforce it)',
    false,
  ),
  MUSTER_SECRETS_DIR: textSetting(
    "Folder with one file per application secret, as the node's engine sees it",
    undefined,
  ),
  MUSTER_MOUNTS: pairsSetting('Folders, Docker volumes or claims of a cluster that worker types may ask for by name', {
    kind: 'name=folder',
    names: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    example: 'data=/srv/data,models=/srv/models',
  }),
  MUSTER_WORKER_LIVENESS_MS: integerSetting(
    'How often workers are asked by their own node whether they live (GET /health/live); 0 = never',
    10_000,
    { max: 3_600_000 },
  ),
  MUSTER_WORKER_LIVENESS_MISSES: integerSetting(
    'A worker that has answered before and then does not answer so many times in a row is ended and counts as crashed',
    12,
    { min: 2, max: 1000 },
  ),
  MUSTER_WORKERS_ON_STOP: choiceSetting(
    'What becomes of workers when this local directory stops',
    ['leave', 'end'],
    'leave',
  ),
  ...processSettings,
  ...dockerSettings,
  ...kubernetesSettings,
} as const;

export type LocalDirectorySettings = CommonSettings & SettingsOf<typeof localDirectorySettings>;
