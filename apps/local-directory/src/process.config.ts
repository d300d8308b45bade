import { integerSetting } from '@muster/platform';

/** Settings of a local directory whose workers are processes. */
export const processSettings = {
  MUSTER_SPARE_WORKERS_LEAST: integerSetting(
    'Processes that wait to become workers of SDK modules even when none was started lately; each shows about 62 MB resident',
    0,
    { max: 1000 },
  ),
  MUSTER_SPARE_WORKERS_MOST: integerSetting(
    'Most of them; as many wait as workers of modules were started in the last ten minutes. 0 = none, every worker starts anew',
    6,
    { max: 1000 },
  ),
} as const;
