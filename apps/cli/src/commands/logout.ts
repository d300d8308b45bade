import { MusterError } from '@muster/contracts/wire';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';

export const logoutCommand: CommandDefinition = {
  name: 'logout',
  summary: 'End the login at this address',
  details: [
    'The installation forgets it too. An API token is only forgotten here; it stays good until it ends or is removed.',
  ],
  examples: [{ line: 'muster logout', does: 'end the login' }],
  run: logout,
};

async function logout({ account, output }: Context): Promise<void> {
  const url = await account.url();
  const login = await account.login();
  if (login?.kind === 'login') await endAtInstallation({ account });
  if (login !== undefined) await account.store.forget(url);
  output.document({ url, wasLoggedIn: login !== undefined }, () =>
    login === undefined ? `nobody was logged in at ${url}\n` : `logged out at ${url}\n`,
  );
}

/** A login that has ended there, or an installation that is gone, keeps nobody from forgetting it here. */
async function endAtInstallation({ account }: Pick<Context, 'account'>): Promise<void> {
  const client = await account.client();
  try {
    await client.request('POST', '/v1/auth/logout', { body: {} });
  } catch (error) {
    if (!(error instanceof MusterError) || (error.status !== 401 && error.status !== 503)) throw error;
  }
}
