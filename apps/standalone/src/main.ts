import { greeting, runServices } from '@muster/hosting';
import { allServices } from './all-services.js';
import { closeSessionsFirst } from './system-end.js';

await runServices(
  {
    process: 'standalone',
    services: allServices,
    // Nothing of this installation outlives an orderly stop; a killed one leaves its workers to be adopted.
    environment: { MUSTER_WORKERS_ON_STOP: 'end', ...process.env },
    ownsInstallation: true,
    strictness: 'strict',
  },
  (running) => {
    closeSessionsFirst(running);
    const { dataDir, runtime } = running.host;
    // On the error stream, since the log has the other one.
    process.stderr.write(greeting(runtime.addresses.publicUrl, dataDir));
  },
);
