import type { NodeGpuView } from '@muster/contracts';
import { bytes, count } from '@muster/wording';
import { Meter } from '../parts/meter.js';

export function NodeGpus({ gpus }: { gpus: readonly NodeGpuView[] }) {
  if (gpus.length === 0) return null;
  return (
    <ul class="gpus" aria-label="GPUs">
      {gpus.map((gpu) => (
        <li key={gpu.id}>
          <Meter label={gpu.model} used={gpu.memoryBytes - gpu.freeMemoryBytes} total={gpu.memoryBytes} say={bytes} />
          <p class="quiet small">{useInWords(gpu)}</p>
        </li>
      ))}
    </ul>
  );
}

/** `2 of 4 slots taken (time-slice)`, `free`, `taken whole`. */
function useInWords({ use, slots, freeSlots, sharing, foreignSlots = 0 }: NodeGpuView): string {
  const foreign = foreignSlots === 0 ? '' : `, ${count(foreignSlots, 'slot')} by others`;
  if (use === 'exclusive') return `taken whole${foreign}`;
  if (slots === 1) return `${freeSlots === 1 ? 'free' : 'taken'}${foreign}`;
  return `${slots - freeSlots} of ${slots} slots taken${foreign} (${sharing})`;
}
