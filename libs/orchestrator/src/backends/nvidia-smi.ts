import { execFile } from 'node:child_process';
import type { GpuDevice } from '@muster/contracts';

const timeoutMs = 10_000;
const question = ['--query-gpu=uuid,name,memory.total', '--format=csv,noheader,nounits'];

/** The NVIDIA cards of this computer; none if there is no driver, which is normal. */
export function findGpus(): Promise<GpuDevice[]> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', question, { timeout: timeoutMs, windowsHide: true }, (error, csv) =>
      resolve(error ? [] : parseGpus(csv)),
    );
  });
}

/** Lines of `uuid, name, memory in MiB`; what is not such a line is passed over. */
export function parseGpus(csv: string): GpuDevice[] {
  return csv.split('\n').flatMap((line) => {
    const [, id, model, mebibytes] = /^\s*((?:GPU|MIG)-\S+)\s*,\s*(.+?)\s*,\s*(\d+)(?:\s*MiB)?\s*$/.exec(line) ?? [];
    if (id === undefined || model === undefined) return [];
    return [{ id, vendor: 'nvidia', model, memoryBytes: Number(mebibytes) * 1024 ** 2, sharing: 'none', slots: 1 }];
  });
}
