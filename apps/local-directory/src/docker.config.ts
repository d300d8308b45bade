import { choiceSetting, integerSetting, textSetting } from '@muster/platform';

/** Settings of a local directory whose workers are containers. */
export const dockerSettings = {
  MUSTER_DOCKER_PULL: choiceSetting('When an image is pulled', ['missing', 'always', 'never'], 'missing'),
  MUSTER_DOCKER_CONFIG_FILE: textSetting(
    "The Docker client's config.json with the credentials of registries; default: none",
    undefined,
  ),
  MUSTER_DOCKER_IMAGE_KEEP_MS: integerSetting(
    'An image that was pulled here is removed when no worker has used it for so long; 0 = never',
    604_800_000,
    { max: 31_536_000_000 },
  ),
  MUSTER_DOCKER_ENDED_KEPT: integerSetting(
    'Ended containers whose output can still be read; older ones are removed',
    50,
    {
      max: 10_000,
    },
  ),
  MUSTER_DOCKER_PROCESSES: integerSetting('Most processes and threads of one worker', 512, { min: 8, max: 4_194_304 }),
  MUSTER_DOCKER_SCRATCH_BYTES: integerSetting(
    "Size of a worker's scratch folder (in its memory) when its type books no disk",
    67_108_864,
    { min: 1_048_576 },
  ),
  MUSTER_DOCKER_SESSION_NETWORKS: textSetting(
    'Address range like 10.210.0.0/16: the workers of each session get a network of their own in it; default: they share one',
    undefined,
  ),
  MUSTER_DOCKER_SESSION_NETWORK_PREFIX: integerSetting(
    "Length of the prefix of each session's subnet: /26 has room for 61 workers of a session on one node",
    26,
    { min: 8, max: 29 },
  ),
} as const;
