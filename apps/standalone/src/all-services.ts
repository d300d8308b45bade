import type { ServiceDefinition } from '@muster/hosting';
import { authService } from '../../auth/src/auth.definition.js';
import { consoleService } from '../../console/src/console.definition.js';
import { globalDirectoryService } from '../../global-directory/src/global-directory.definition.js';
import { globalSessionService } from '../../global-session/src/global-session.definition.js';
import { localDirectoryService } from '../../local-directory/src/local-directory.definition.js';
import { relayService } from '../../relay/src/relay.definition.js';
import { sessionService } from '../../session/src/session.definition.js';

/** In the order in which they start; they stop in the opposite order. */
export const allServices: readonly ServiceDefinition[] = [
  authService,
  globalDirectoryService,
  localDirectoryService,
  globalSessionService,
  sessionService,
  relayService,
  consoleService,
];
