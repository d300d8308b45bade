import { addressesForContainers } from '@muster/directory';
import { greeting, runServices } from '@muster/hosting';
import { allServices } from './all-services.js';
import { closeSessionsFirst } from './system-end.js';

/** Runs until it is told to stop. */
export async function runStandalone(environment: NodeJS.ProcessEnv): Promise<void> {
  await runServices(
    async () => ({
      process: 'standalone',
      services: allServices,
      environment: {
        // Nothing of this installation outlives an orderly stop; a killed one leaves its workers to be adopted.
        MUSTER_WORKERS_ON_STOP: 'end',
        ...environment,
        ...(await addressesForContainers(environment)),
      },
      ownsInstallation: true,
      strictness: 'strict',
    }),
    (running) => {
      closeSessionsFirst(running);
      const { dataDir, runtime } = running.host;
      // On the error stream, since the log has the other one.
      process.stderr.write(greeting(runtime.addresses.publicUrl, dataDir));
    },
  );
}
