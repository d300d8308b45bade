/**
 * A worker that answers with what it was asked, and pours binary frames. Started with --expose-gc it also says how many bytes it
 * holds when all that nobody needs was collected.
 */
export const streamWorker = `
  import { defineWorker } from '@muster/worker-sdk';
  export default defineWorker({ actions: {
    echo: (body) => body,
    pour: async ({ count, bytes }, context) => {
      const piece = new Uint8Array(bytes);
      for (let left = count; left > 0; left -= 1) context.push('piece', piece);
    },
    held: () => {
      for (let round = 0; round < 2; round += 1) gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
  } });`;
