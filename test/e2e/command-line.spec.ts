import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesNaming, repositoryFile, TestCatalogue, TestSystem } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine, linesOf } from './command-line.js';
import { plainType } from './plain-worker.js';

const geometry = 'workers/field-model/examples/coaxial-cable.json';
const hasBash = spawnSync('bash', ['--version']).status === 0;

let system: TestSystem;
let catalogue: TestCatalogue;
let folder: string;
let muster: CommandLine;
/** An address where nothing listens. */
let nowhere: string;

beforeAll(async () => {
  catalogue = await TestCatalogue.of({ plain: plainType(), broken: plainType('exit', noRestart) });
  await catalogue.write('field-lab.yaml', await repositoryFile('catalogue/field-lab.yaml'));
  await catalogue.write('giant.yaml', giantType);
  folder = await mkdtemp(join(tmpdir(), 'muster-command-line-'));
  system = await TestSystem.start({ settings: { MUSTER_CATALOGUE: catalogue.folder } });
  muster = new CommandLine(folder, { MUSTER_URL: system.publicUrl });
  nowhere = await addressOfNobody();
  const input = `${system.password}\n`;
  const { exit, out } = await muster.run(['login', '-u', 'admin', '--password-stdin'], { input });
  expect([exit, out]).toEqual([0, `logged in at ${system.publicUrl} as admin (admin)\n`]);
});
afterAll(async () => {
  await system?.dispose();
  await catalogue?.remove();
  await rm(folder, { recursive: true, force: true });
});

const noRestart = { role: { restart: { maxTimes: 0, withinMs: 1000 } } };

/** Needs more than any computer of a test has. */
const giantType = `kind: WorkerType
name: giant
run: { process: { command: [node] }, image: { linux: 'muster.test/programs:1' } }
hardware: { cpuMillis: 900000, memoryBytes: 64Mi }
---
kind: SessionType
name: giant
roles: { only: { worker: giant } }
`;

async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}`;
}

/** A running session of this type. */
async function opened(type: string, ...more: string[]): Promise<string> {
  const lines = await muster.jsonLines(['open', type, '--watch', ...more]);
  const { session } = lines.at(-1) as { session: { id: string; state: string } };
  expect(session.state).toBe('running');
  return session.id;
}

describe('muster', () => {
  it('keeps a login in a file that only its owner reads, and knows who is logged in', async () => {
    expect((await stat(join(folder, 'config/muster/logins.json'))).mode & 0o777).toBe(0o600);
    expect(await muster.json(['whoami'])).toMatchObject({ url: system.publicUrl, user: { username: 'admin' } });
  });

  it('takes an API token from its environment, or keeps one; logout forgets it', async () => {
    const client = await system.client();
    const body = { name: 'cli', scopes: ['sessions:read'], expiresInMs: 3_600_000 };
    const { token } = await client.request<{ token: string }>('POST', '/v1/tokens', { body });
    const robot = new CommandLine(join(folder, 'robot'), { MUSTER_TOKEN: token, MUSTER_URL: system.publicUrl });
    expect((await robot.json(['whoami']))['permissions']).toEqual(['sessions:read']);
    expect(await robot.run(['nodes'])).toMatchObject({ exit: 3, err: expect.stringContaining('not-allowed') });
    const other = new CommandLine(join(folder, 'other'));
    await other.json(['login', '--token-stdin', '--url', system.publicUrl], { input: token });
    expect(await other.json(['sessions'])).toEqual({ items: expect.any(Array) });
    expect(await other.json(['logout'])).toEqual({ url: system.publicUrl, wasLoggedIn: true });
    expect((await other.run(['sessions'])).exit).toBe(3);
  });

  it('lists types, and shows one with its parameters', async () => {
    const { items } = (await muster.json(['types'])) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual(['broken', 'field-lab', 'giant', 'plain']);
    const { out } = await muster.run(['types', 'field-lab']);
    expect(out).toMatch(/gridCells +integer from 16 to 1024 +Cells along/);
    expect(await muster.json(['types', 'field-lab'])).toMatchObject({ name: 'field-lab' });
  });

  it('opens a session, shows its start, computes by lines of a pipe, and closes it', async () => {
    const { exit, out } = await muster.run(['open', 'field-lab', '--project', 'cli', '-P', 'gridCells=32', '--watch']);
    expect(exit).toBe(0);
    expect(out).toMatch(/waits for its turn(.*\n)+.*solver ready(.*\n)+.*running/);
    const [id = ''] = /ses_\w+/.exec(out) ?? [];
    const input = `# a comment\nmodel load @${geometry}\nsolver solve {"gridCells":32}\nplot render\n`;
    const save = join(folder, 'save');
    const said = await muster.jsonLines(['connect', id, '--save', save], { input });
    expect(said.filter(({ event }) => event === 'answer')).toMatchObject([
      { role: 'model', action: 'load', body: { electrodes: ['inner conductor', 'shield'] } },
      { role: 'solver', action: 'solve', body: { cells: [32, 32] } },
      { role: 'plot', action: 'render', bytes: expect.any(Number), file: expect.stringContaining(save) },
    ]);
    const kinds = new Set(said.map(({ event }) => event));
    expect([...kinds]).toEqual(expect.arrayContaining(['push', 'progress', 'binary']));
    expect((await readdir(save)).length).toBeGreaterThan(1);
    expect((await muster.run(['open', 'field-lab', '--project', 'cli'])).err).toContain('(project-open)');
    expect(await muster.json(['show', id])).toMatchObject({ id, state: 'running', project: 'cli' });
    expect(await muster.json(['close', '--wait', id])).toEqual({ items: [{ id, state: 'closed' }] });
    expect((await muster.run(['connect', id])).exit).toBe(6);
    expect((await muster.run(['show', id])).out).toMatch(/state +closed/);
  });

  it('shows every line of a conversation to people, and exits with 1 when one failed', async () => {
    const id = await opened('plain');
    const input = 'only echo {"a":1}\n.peers\nnobody echo\nonly echo {a\n.quit\nonly crash\n';
    const { exit, out, err } = await muster.run(['connect', id], { input });
    expect([exit, linesOf(out)]).toEqual([1, ['only echo  {"a":1}', 'only  running, incarnation 1']]);
    expect(err).toContain('(unknown-role)');
    expect(err).toContain('not JSON');
    expect((await muster.run(['connect', id, '--json'], { input: 'only echo\n' })).exit).toBe(0);
    expect((await muster.run(['close', id])).out).toBe(`${id}  closing\n`);
  });

  it('shows what a worker wrote, and follows it until Ctrl-C or its end', async () => {
    const id = await opened('plain');
    expect(await muster.run(['logs', id, 'only'])).toEqual({ exit: 0, out: 'good begins\n', err: '' });
    expect(await muster.jsonLines(['logs', id, 'only'])).toEqual([{ stream: 'stdout', text: 'good begins' }]);
    expect((await muster.run(['logs', id, 'only', '-f'], { signalWhen: /begins/ })).exit).toBe(130);
    expect((await muster.run(['logs', id, 'nobody'])).exit).toBe(4);
    await muster.run(['close', '--wait', id]);
  });

  it('says with its exit status that a session failed while it was watched', async () => {
    const failed = await muster.run(['open', 'broken', '--watch']);
    expect([failed.exit, failed.out]).toEqual([6, expect.stringMatching(/failed/)]);
    expect((await muster.run(['sessions', '--all', '--state', 'failed'])).out).toMatch(/broken +admin +failed/);
  });

  it('drains a node by its name, shows what waits and why, and gives it work again', async () => {
    const { items: nodes } = (await muster.json(['nodes'])) as { items: { name: string }[] };
    const name = nodes[0]?.name ?? '';
    expect((await muster.run(['drain', name, '--reason', 'new driver'])).out).toContain('draining');
    expect((await muster.run(['nodes'])).out).toContain('drained by admin: new driver');
    const session = await muster.json(['open', 'plain']);
    await expect.poll(async () => (await muster.run(['queue'])).out).toContain('draining');
    expect(await muster.json(['queue'])).toMatchObject({ waiting: 1, items: [{ session: session['id'] }] });
    const left = await muster.run(['open', 'plain', '--watch'], { signalWhen: /its turn/ });
    expect([left.exit, left.err]).toEqual([130, expect.stringContaining('the session goes on')]);
    const mine = (await muster.json(['sessions', '--owner', 'me', '--type', 'plain'])) as { items: { id: string }[] };
    expect((await muster.run(['close', ...mine.items.map(({ id }) => id)])).exit).toBe(0);
    expect(await muster.json(['explain', 'plain'])).toMatchObject({ mandatory: { verdict: 'later' } });
    expect((await muster.run(['doctor'])).out).toContain(`\`muster undrain ${name}\``);
    expect(await muster.json(['undrain', name])).toMatchObject({ state: 'ready' });
    expect(await muster.run(['drain', 'nowhere'])).toMatchObject({ exit: 4, err: expect.stringContaining(name) });
    await muster.run(['close', '--wait', String(session['id'])]);
    expect(await muster.run(['sessions', '--type', 'plain'])).toMatchObject({ exit: 0, out: 'no sessions are open\n' });
  });

  it('explains where a type would go, and that one fits nowhere', async () => {
    expect((await muster.run(['explain', 'field-lab'])).out).toMatch(/field-lab fits now\n\nROLE +NODE.*\nmodel/);
    const giant = await muster.run(['explain', 'giant']);
    expect([giant.exit, giant.out]).toEqual([0, expect.stringMatching(/fits on no node.*\n\nNo place for only: /)]);
    const refused = await muster.run(['open', 'giant']);
    expect(refused.err).toMatch(/\(never-placeable\)\n.*muster explain/s);
  });

  it('examines an installation', async () => {
    const { isWell, findings } = (await muster.json(['doctor'])) as { isWell: boolean; findings: Finding[] };
    expect(isWell).toBe(true);
    const levels = Object.fromEntries(findings.map(({ check, level }) => [check, level]));
    expect(levels).toMatchObject({
      address: 'ok',
      clock: 'ok',
      login: 'ok',
      version: 'ok',
      services: 'ok',
      nodes: 'ok',
      disk: 'ok',
    });
    expect(findings.find(({ text }) => text.includes('giant'))).toMatchObject({ level: 'warning', check: 'catalogue' });
    const gone = await muster.run(['doctor', '--url', nowhere]);
    expect([gone.exit, gone.out]).toEqual([1, expect.stringContaining('nothing listens at this address')]);
  });
});

interface Finding {
  check: string;
  level: string;
  text: string;
}

describe('the exit status of muster', () => {
  it.each([
    [2, ['frobnicate'], 'unknown command'],
    [2, ['open'], "missing required argument 'TYPE'"],
    [2, ['open', 'field-lab', '-P', 'gridCells=many'], 'gridCells: must be a whole number'],
    [2, ['open', 'field-lab', '-P', 'gridCells=4'], 'parameters.gridCells: must be >= 16'],
    [2, ['types', '--url', 'nowhere'], '--url must be an http or https address'],
    [4, ['open', 'filed-lab'], '(unknown-type)'],
    [4, ['show', 'ses_none'], '(unknown-session)'],
    [4, ['close', 'ses_none'], '(unknown-session)'],
  ])('is %i for %j, and says why in one line', async (exit, words, said) => {
    const answer = await muster.run(words);
    expect([answer.exit, answer.out]).toEqual([exit, '']);
    expect(answer.err).toContain(said);
    expect(answer.err).toMatch(/^error: /);
    expect(answer.err).not.toMatch(/^ +at /m);
    const { error } = JSON.parse((await muster.run([...words, '--json'])).err || '{"error":{"exitCode":4}}') as {
      error: object;
    };
    expect(error).toMatchObject({ exitCode: exit });
  });

  it('is 3 without a login, and 5 where nothing listens', async () => {
    const nobody = new CommandLine(join(folder, 'nobody'), { MUSTER_URL: system.publicUrl });
    expect(await nobody.run(['types'])).toMatchObject({ exit: 3, err: expect.stringContaining('muster login') });
    const wrong = await nobody.run(['login', '-u', 'admin', '--password-stdin'], { input: 'wrong\n' });
    expect(wrong).toMatchObject({ exit: 3, err: expect.stringContaining('wrong-credentials') });
    const away = new CommandLine(folder, { MUSTER_URL: nowhere, MUSTER_TOKEN: 'any' });
    expect(await away.run(['types'])).toMatchObject({ exit: 5, err: expect.stringContaining('nothing listens') });
  });
});

describe('a shell', () => {
  it(`reads the completion scripts, and is offered what there is${hasBash ? '' : ' (bash: skipped)'}`, async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { exit, out } = await muster.run(['completion', shell]);
      expect([exit, out]).toEqual([0, expect.stringContaining('muster offer')]);
      if (shell === 'bash' && hasBash)
        expect(spawnSync('bash', ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }
    expect(await muster.run(['offer', 'types'])).toEqual({
      exit: 0,
      out: 'broken\nfield-lab\ngiant\nplain\n',
      err: '',
    });
  });
});

describe('muster up', () => {
  it('starts an installation, says its address, and leaves nothing after Ctrl-C', async () => {
    const dataDir = join(folder, 'up');
    const own = new CommandLine(join(folder, 'own'), {
      MUSTER_ADMIN_PASSWORD: 'of this test',
      MUSTER_TOKEN: 'not passed on',
    });
    const words = ['up', '--port', '0', '--data-dir', dataDir, '--catalogue', catalogue.folder];
    const { exit, out } = await own.run([...words, '--json'], { signalWhen: /running/ });
    expect([exit, linesOf(out).map((line) => JSON.parse(line) as unknown)]).toEqual([
      0,
      [
        { event: 'running', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
        { event: 'ended', exitCode: 0 },
      ],
    ]);
    expect(processesNaming(dataDir)).toEqual([]);
    const wrong = await own.run([...words, '--set', 'MUSTER_LOG_LEVEL=loud']);
    expect([wrong.exit, wrong.err]).toEqual([1, expect.stringContaining('MUSTER_LOG_LEVEL must be one of')]);
  });
});
