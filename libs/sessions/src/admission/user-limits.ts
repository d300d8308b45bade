import type { ResolvedSessionType, UserRole } from '@muster/contracts';

/** What sessions take of a user's allowance. */
export interface Usage {
  sessions: number;
  cpuMillis: number;
  memoryBytes: number;
  gpus: number;
}

/** The most that one user may have at once; null = no limit. */
export type UserLimits = { readonly [Member in keyof Usage]: number | null };
export type LimitsByRole = Readonly<Record<UserRole, UserLimits>>;

const members = ['sessions', 'cpuMillis', 'memoryBytes', 'gpus'] as const;

export const noUsage: Usage = { sessions: 0, cpuMillis: 0, memoryBytes: 0, gpus: 0 };

export function addUsage(left: Usage, right: Usage): Usage {
  return {
    sessions: left.sessions + right.sessions,
    cpuMillis: left.cpuMillis + right.cpuMillis,
    memoryBytes: left.memoryBytes + right.memoryBytes,
    gpus: left.gpus + right.gpus,
  };
}

/** All that a session of this type may take: every role counts, also those that can do without. */
export function demandOf(recipe: Pick<ResolvedSessionType, 'roles'>): Usage {
  const roles = Object.values(recipe.roles).map(({ hardware }) => ({
    sessions: 0,
    cpuMillis: hardware.cpuMillis,
    memoryBytes: hardware.memoryBytes,
    gpus: hardware.gpu === undefined ? 0 : (hardware.gpu.count ?? hardware.gpu.share ?? 1),
  }));
  return roles.reduce(addUsage, { ...noUsage, sessions: 1 });
}

/** Which limits `wanted` on top of `used` would exceed, in words; empty = none. */
export function excessOf(used: Usage, wanted: Usage, limits: UserLimits): string[] {
  return members.flatMap((member) => {
    const limit = limits[member];
    const sum = used[member] + wanted[member];
    if (limit === null || sum <= limit + rounding) return [];
    return [`${member}: ${used[member]} in use and ${wanted[member]} wanted, the limit is ${limit}`];
  });
}

/** Shares of GPUs are fractions: their sums are not exact. */
const rounding = 1e-9;
