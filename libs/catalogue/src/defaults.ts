const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const mebibyte = 1024 ** 2;

/** What an entry of the catalogue gets where it says nothing: the only place of these values. */
export const catalogueDefaults = {
  hardware: { cpuMillis: 100, memoryBytes: 64 * mebibyte },
  worker: { startTimeoutMs: 30 * second, pullTimeoutMs: 10 * minute, shutdownGraceMs: 5 * second },
  restart: { maxTimes: 5, withinMs: 10 * minute, backoffMs: 500 },
  limits: { idleMs: 30 * minute, maxAgeMs: 24 * hour, startTimeoutMs: 2 * minute },
  onDisconnect: 'keep',
  priority: 50,
} as const;

/** What reading a catalogue folder accepts at most. */
export const catalogueBounds = { maxFiles: 1000, maxFileBytes: mebibyte, maxReportedProblems: 200 } as const;
