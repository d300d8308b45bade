import { access, constants } from 'node:fs/promises';
import { InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';

/** Throws `InvalidSpec` that names each secret whose file cannot be read. */
export async function checkSecrets(spec: WorkloadSpec): Promise<void> {
  const missing: string[] = [];
  for (const { name, path } of spec.secrets ?? [])
    await access(path ?? '', constants.R_OK).catch(() => missing.push(`${name} (${path ?? 'no path'})`));
  if (missing.length > 0) throw new InvalidSpec(`no readable file for: ${missing.join(', ')}`);
}
