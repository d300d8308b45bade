import type { Provider } from '@nestjs/common';
import { drainCollection, GlobalDirectory, HttpDirectoryCalls, type DrainDocument } from '@muster/directory';
import { HOST, ServiceCaller, STORE, type Host } from '@muster/hosting';
import type { DocumentStore } from '@muster/store';
import type { GlobalDirectorySettings } from './global-directory.config.js';
import { showDirectory } from './global-directory.meter.js';

/** The global directory with its ports plugged in. */
export const globalDirectory: Provider = {
  provide: GlobalDirectory,
  inject: [HOST, STORE, ServiceCaller],
  useFactory: (host: Host, store: DocumentStore, caller: ServiceCaller) => {
    const { clock, random, metrics, logger } = host.runtime;
    const settings = host.runtime.settings as GlobalDirectorySettings;
    const directory = new GlobalDirectory({
      calls: new HttpDirectoryCalls(caller).nodes(),
      drains: store.collection<DrainDocument>(drainCollection),
      clock,
      random,
      policy: { periodMs: settings.MUSTER_REPORT_PERIOD_MS, downAfterMs: settings.MUSTER_DOWN_AFTER_MS },
      bookSettleMs: settings.MUSTER_BOOK_SETTLE_MS,
      decisionsKept: settings.MUSTER_DECISIONS_KEPT,
      onError: (error) =>
        logger.warn({ reason: String(error) }, 'something of the directory failed and is tried again'),
    });
    showDirectory(metrics, directory);
    return directory;
  },
};
