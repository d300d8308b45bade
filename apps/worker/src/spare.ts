import { warmUp } from '@muster/worker-sdk';

/** What its keeper tells a spare, once. */
interface Order {
  module: string;
  workingDirectory: string;
  env: Record<string, string>;
}

/**
 * Loads what every worker needs, says so, and waits for its order: folder and environment become those of the worker, with nothing
 * of the spare left. Answers the module. A spare whose keeper has gone ends.
 */
export async function becomeWorker(own: NodeJS.Process): Promise<string> {
  await warmUp();
  const order = await new Promise<Order>((resolve) => {
    own.once('message', (message) => resolve(message as Order));
    own.once('disconnect', () => own.exit());
    own.send?.('ready', () => undefined);
  });
  own.removeAllListeners('disconnect');
  const alone = new Promise((resolve) => own.once('disconnect', resolve));
  own.send?.('taken', () => own.disconnect());
  await alone;
  own.chdir(order.workingDirectory);
  for (const name of Object.keys(own.env)) delete own.env[name];
  Object.assign(own.env, order.env);
  own.title = `muster-worker ${order.env['MUSTER_SESSION_ID']} ${order.env['MUSTER_INCARNATION']} ${order.env['MUSTER_ROLE']}`;
  return order.module;
}
