import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { version } from '@muster/platform/bare';
import { commands } from './command-line.definition.js';
import { MemoryTerminal } from './testing/memory-terminal.js';
import { MemoryShell } from './testing/run-in-memory.js';
import { ScriptedInstallation } from './testing/scripted-installation.js';

const user = { id: 'usr_1', username: 'ada', role: 'user', disabled: false, createdAt: '2026-01-31T12:00:00.000Z' };
const session = {
  id: 'ses_1',
  type: 'lab',
  project: null,
  owner: 'usr_1',
  state: 'queued',
  epoch: 0,
  roles: {},
  createdAt: '2026-01-31T12:00:00.000Z',
  startedAt: null,
  endedAt: null,
};

let shell: MemoryShell;
let installation: ScriptedInstallation;
beforeAll(async () => {
  shell = await MemoryShell.make();
  installation = await ScriptedInstallation.start({
    'POST /v1/auth/login': { accessToken: 'access', refreshToken: 'refresh', expiresAt: user.createdAt, user },
    'GET /v1/auth/me': { user, permissions: ['sessions:read'], expiresAt: user.createdAt },
    'POST /v1/sessions': { status: 202, body: session },
    'GET /v1/sessions': { items: [session] },
    'GET /v1/session-types/lab': { name: 'lab', parameters: { properties: { cells: { type: 'integer' } } } },
  });
});
beforeEach(() => {
  shell.environment = { MUSTER_URL: installation.url, MUSTER_TOKEN: 'token' };
});
afterAll(async () => {
  await installation.stop();
  await rm(shell.folder, { recursive: true });
});

describe('the command line', () => {
  it('says its version, and its help with every command and exit status', async () => {
    expect(await shell.run('--version')).toMatchObject({ exit: 0, out: `${version}\n` });
    const { exit, out } = await shell.run('--help');
    expect(exit).toBe(0);
    for (const { name, summary, isHidden } of commands)
      expect(out.includes(`\n  ${name} `) && out.includes(summary.slice(0, 30)), name).toBe(isHidden !== true);
    expect(out).toContain('  5    The installation, or a service of it, does not answer');
    expect((await shell.run('')).out).toBe(out);
  });

  it.each(commands.filter(({ isHidden }) => isHidden !== true).map(({ name }) => name))(
    'shows how %s is written, with an example',
    async (name) => {
      const { exit, out } = await shell.run(`${name} --help`);
      expect(exit).toBe(0);
      expect(out).toMatch(new RegExp(`Usage: muster ${name}.*Global Options:.*Examples:\\n  # .*muster ${name}`, 's'));
    },
  );

  it('refuses what it does not know, and says what was meant', async () => {
    expect(await shell.run('sesions')).toMatchObject({
      exit: 2,
      out: '',
      err: "error: unknown command 'sesions'\n  fix: (Did you mean sessions?)\n",
    });
    const { exit, err } = await shell.run('open lab --priority high --json');
    expect([exit, JSON.parse(err)]).toEqual([
      2,
      { error: expect.objectContaining({ exitCode: 2, members: [] }) as object },
    ]);
  });

  it('refuses a setting that is wrong, by its name', async () => {
    shell.environment = { MUSTER_URL: 'here', MUSTER_CLI_TIMEOUT_MS: 'long' };
    expect(await shell.run('types')).toMatchObject({
      exit: 2,
      err: expect.stringMatching(
        /MUSTER_URL must be an http.*; MUSTER_CLI_TIMEOUT_MS must be a whole number/,
      ) as string,
    });
  });

  it('takes options before and after the command, and a token from a file', async () => {
    await writeFile(join(shell.folder, 'token'), 'of a file\n');
    shell.environment = { MUSTER_TOKEN_FILE: join(shell.folder, 'token') };
    for (const line of [`--url ${installation.url} whoami --json`, `whoami --json --url ${installation.url}`])
      expect(JSON.parse((await shell.run(line)).out)).toMatchObject({ url: installation.url, source: 'MUSTER_TOKEN' });
  });

  it('has colours on a terminal only, and not with --no-color or --json', async () => {
    const outOf = async (line: string, hasColours: boolean): Promise<string> => {
      const terminal = new MemoryTerminal();
      terminal.hasColours = hasColours;
      return (await shell.run(line, terminal)).out;
    };
    expect(await outOf('sessions', true)).toContain('\u001B[36mqueued');
    for (const out of [
      await outOf('sessions', false),
      await outOf('sessions --no-color', true),
      await outOf('sessions --json', true),
    ])
      expect(out).not.toContain('\u001B');
  });
});

describe('muster login', () => {
  const typed = (...answers: string[]): MemoryTerminal => {
    const terminal = new MemoryTerminal(answers);
    terminal.isTyped = true;
    return terminal;
  };

  it('asks for name and password, shows only the first, and keeps no password', async () => {
    shell.environment = { MUSTER_URL: installation.url };
    const { exit, out, terminal } = await shell.run('login', typed('ada', 'correct horse'));
    expect([exit, out]).toEqual([0, `logged in at ${installation.url} as ada (user)\n`]);
    expect(terminal.questions).toEqual([`Name at ${installation.url}: `, 'Password of ada: (hidden)']);
    expect(installation.asked.at(-1)?.body).toEqual({ username: 'ada', password: 'correct horse' });
    const kept = await readFile(join(shell.folder, 'muster/logins.json'), 'utf8');
    expect([kept.includes('refresh'), kept.includes('correct horse')]).toEqual([true, false]);
    expect((await shell.run('sessions')).out).toMatch(/ses_1 +lab +ada +queued/);
  });

  it('asks nobody who is not there, and sends no empty password', async () => {
    shell.environment = { MUSTER_URL: installation.url };
    expect(await shell.run('login')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--password-stdin') as string,
    });
    expect((await shell.run('login', typed('ada', ''))).exit).toBe(2);
    expect((await shell.run('login -u ada --password-stdin')).err).toContain('standard input is empty');
    expect((await shell.run('login --password-stdin', new MemoryTerminal(['secret']))).err).toContain(
      'write --username NAME',
    );
  });
});

describe('muster open', () => {
  it('sends parameters as the type wants them, over those of a file, and all that it was told', async () => {
    const file = join(shell.folder, 'parameters.json');
    await writeFile(file, '{"cells":1,"name":"kept"}');
    const line = `open lab -P cells=64 --parameters-file ${file} --project p --priority 70 --deadline-ms 5 --json`;
    expect(JSON.parse((await shell.run(line)).out)).toMatchObject({ id: 'ses_1' });
    expect(installation.asked.at(-1)).toMatchObject({
      route: 'POST /v1/sessions',
      body: { type: 'lab', project: 'p', priority: 70, deadlineMs: 5, parameters: { cells: 64, name: 'kept' } },
    });
  });

  it('lets the installation decide where the catalogue may not be read', async () => {
    installation.answers['GET /v1/session-types/closed'] = { status: 403, body: { code: 'not-allowed', detail: 'no' } };
    expect((await shell.run('open closed -P cells=64')).exit).toBe(0);
    expect(installation.asked.at(-1)?.body).toEqual({ type: 'closed', parameters: { cells: 64 } });
  });
});

describe('muster sessions', () => {
  it('asks for what is live, unless all or a state is wanted', async () => {
    await shell.run('sessions --type lab --limit 5');
    await shell.run('sessions --all --owner me');
    await shell.run('sessions --state failed');
    const asked = installation.asked.filter(({ route }) => route === 'GET /v1/sessions').slice(-3);
    expect(asked.map(({ query }) => query.toString())).toEqual([
      'type=lab&live=true&limit=5',
      'owner=usr_1&limit=200',
      'state=failed&limit=200',
    ]);
  });
});
