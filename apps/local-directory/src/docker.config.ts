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
} as const;
