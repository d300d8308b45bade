import type { MeView } from '@muster/contracts';
import type { LoginView } from '@muster/contracts/wire';
import type { StoredLogin, StoredUser } from '../account/login-store.js';
import { CliError } from '../cli-error.js';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import type { Given } from '../given.js';

export const loginCommand: CommandDefinition = {
  name: 'login',
  summary: 'Log in, and make this address the one to speak to',
  details: [
    'Asks for name and password; the password is not shown. The login is kept in muster/logins.json in the folder XDG_CONFIG_HOME (default ~/.config), which only you can read, and renewed by itself.',
    'An API token lasts as long as it was made for: --token-stdin keeps one. MUSTER_TOKEN is used by every command without a login; `muster login` with it set checks and keeps it.',
  ],
  options: [
    { flags: '-u, --username <name>', description: 'Do not ask for the name' },
    { flags: '--password-stdin', description: 'Read the password from standard input' },
    { flags: '--token-stdin', description: 'Read an API token from standard input, and keep that' },
  ],
  examples: [
    { line: 'muster login --url https://muster.example.org', does: 'log in at an installation' },
    { line: 'muster login -u admin --password-stdin < data/admin-password', does: 'from a file' },
    { line: 'pass show muster/token | muster login --token-stdin', does: 'with an API token' },
  ],
  run: login,
};

async function login(context: Context, given: Given): Promise<void> {
  const { account, output } = context;
  const url = await account.url();
  const token = await tokenOf(context, given);
  const stored = token === undefined ? await byPassword(context, given, url) : await byToken(context, url, token);
  await account.store.keep(url, stored, { isCurrent: true });
  const { username, role } = stored.user;
  output.document({ url, user: stored.user }, () => `logged in at ${url} as ${username} (${role})\n`);
}

async function tokenOf({ terminal, settings }: Context, given: Given): Promise<string | undefined> {
  if (given.flag('tokenStdin')) return firstLine(await terminal.readAll(), '--token-stdin');
  return given.flag('passwordStdin') ? undefined : settings.MUSTER_TOKEN;
}

async function byToken({ account }: Context, url: string, token: string): Promise<StoredLogin> {
  const client = await account.open(url, { token });
  return { kind: 'token', token, user: shortUser((await client.request<MeView>('GET', '/v1/auth/me')).user) };
}

async function byPassword(context: Context, given: Given, url: string): Promise<StoredLogin> {
  const body = await credentials(context, given, url);
  const client = await context.account.open(url);
  const { accessToken, refreshToken, user } = await client.request<LoginView>('POST', '/v1/auth/login', { body });
  return { kind: 'login', accessToken, refreshToken, user: shortUser(user) };
}

async function credentials(
  { terminal }: Context,
  given: Given,
  url: string,
): Promise<{ username: string; password: string }> {
  const isPiped = given.flag('passwordStdin');
  if (!isPiped && !terminal.isTyped)
    throw new CliError('usage', 'nobody is there to ask for a password', {
      fix: 'write --username NAME --password-stdin, or --token-stdin',
    });
  const named = given.text('username');
  if (isPiped && named === undefined)
    throw new CliError('usage', '--password-stdin needs a name', { fix: 'write --username NAME' });
  const username = named ?? (await terminal.ask(`Name at ${url}: `)).trim();
  if (username === '') throw new CliError('usage', 'a name is needed');
  const password = isPiped
    ? firstLine(await terminal.readAll(), '--password-stdin')
    : await terminal.askSecret(`Password of ${username}: `);
  if (password === '') throw new CliError('usage', 'a password is needed');
  return { username, password };
}

function firstLine(text: string, option: string): string {
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw new CliError('usage', `${option}: standard input is empty`);
  return line;
}

const shortUser = ({ id, username, role }: StoredUser): StoredUser => ({ id, username, role });
