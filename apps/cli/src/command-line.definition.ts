import type { CommandDefinition } from './command-definition.js';
import { closeCommand } from './commands/close.js';
import { completionCommand } from './commands/completion.js';
import { connectCommand } from './commands/connect.js';
import { doctorCommand } from './commands/doctor.js';
import { drainCommand } from './commands/drain.js';
import { explainCommand } from './commands/explain.js';
import { loginCommand } from './commands/login.js';
import { logoutCommand } from './commands/logout.js';
import { logsCommand } from './commands/logs.js';
import { nodesCommand } from './commands/nodes.js';
import { offerCommand } from './commands/offer.js';
import { openCommand } from './commands/open.js';
import { queueCommand } from './commands/queue.js';
import { sessionsCommand } from './commands/sessions.js';
import { showCommand } from './commands/show.js';
import { typesCommand } from './commands/types.js';
import { undrainCommand } from './commands/undrain.js';
import { upCommand } from './commands/up.js';
import { whoamiCommand } from './commands/whoami.js';

export { globalOptions } from './command-definition.js';
export { exitCodes } from './exit-codes.js';

/** Every command, in the order of the help: a day's work first, then what operators do. */
export const commands: readonly CommandDefinition[] = [
  upCommand,
  loginCommand,
  logoutCommand,
  whoamiCommand,
  typesCommand,
  openCommand,
  sessionsCommand,
  showCommand,
  connectCommand,
  logsCommand,
  closeCommand,
  nodesCommand,
  drainCommand,
  undrainCommand,
  explainCommand,
  queueCommand,
  doctorCommand,
  completionCommand(() => commands),
  offerCommand,
];
