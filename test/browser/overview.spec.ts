import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MusterClient } from '@muster/client';
import { repositoryFile, TestCatalogue, TestSystem } from '@muster/testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, startBrowser } from './browser.js';
import { barriers, looks, overflow, visit } from './console-page.js';

const why = browserPath === undefined ? ' (skipped: needs Chromium, or TEST_BROWSER)' : '';
const password = 'first-session';
const gibi = 2 ** 30;

/** One card, so that a second session that wants it waits. */
const node = {
  gpus: [{ id: 'gpu-0', vendor: 'nvidia', model: 'NVIDIA L4', memoryBytes: 24 * gibi, sharing: 'none', slots: 1 }],
  labels: { rack: 'a' },
  pools: ['render'],
};
const cardTypes = `
kind: WorkerType
name: card-plot
run: { process: { module: workers/field-plot } }
hardware: { cpuMillis: 100, memoryBytes: 96Mi, gpu: { count: 1 } }
---
kind: SessionType
name: card-lab
roles: { plot: { worker: card-plot } }
`;

describe.skipIf(browserPath === undefined)(`the overview${why}`, () => {
  let folder: string;
  let catalogue: TestCatalogue;
  let system: TestSystem;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let client: MusterClient;
  let ada: MusterClient;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-node-'));
    await writeFile(join(folder, 'node.yaml'), JSON.stringify(node));
    catalogue = await TestCatalogue.of({});
    await catalogue.write('field-lab.yaml', await repositoryFile('catalogue/field-lab.yaml'));
    await catalogue.write('card-lab.yaml', cardTypes);
    const settings = {
      MUSTER_CATALOGUE: catalogue.folder,
      MUSTER_NODE_FILE: join(folder, 'node.yaml'),
      MUSTER_NODE_NAME: 'home',
      MUSTER_QUEUE_RETRY_MS: '200',
    };
    [system, browser] = await Promise.all([TestSystem.start({ password, settings }), startBrowser()]);
    client = await system.client();
    await client.request('POST', '/v1/users', { body: { username: 'ada', password: 'correct horse', role: 'user' } });
    ada = await system.client('ada', 'correct horse');
  });
  afterAll(async () => {
    await browser?.close();
    await system?.dispose();
    await catalogue?.remove();
    await rm(folder, { recursive: true, force: true });
  });
  const see = async (username = 'admin'): Promise<void> => {
    const its = username === 'admin' ? password : 'correct horse';
    ({ page, complaints } = await visit(browser, { url: system.publicUrl, username, password: its }));
  };
  beforeEach(() => see());
  afterEach(() => page.close());

  const panel = (name: string): Locator => page.getByRole('region', { name });
  const row = (id: string): Locator => panel('Sessions').getByRole('row').filter({ hasText: id });
  let running: string;
  let ofAda: string;
  let waiting: string;

  it('says what to do where nothing runs yet', async () => {
    await page.getByText('No session is open').waitFor();
    await panel('Sessions').getByRole('link', { name: 'Open a session' }).waitFor();
    await page.getByText('All is well').waitFor();
    await panel('Queue').getByText('Nothing waits').waitFor();
  });

  it('shows a session as it starts and runs, with its workers, while one looks', async () => {
    running = (await client.sessions.create({ type: 'field-lab', project: 'cable' })).id;
    await row(running).getByText('3 of 3 running').waitFor();
    expect(await row(running).innerText()).toMatch(/field-lab\s+cable[\s\S]*running[\s\S]*you[\s\S]*started/);
  });

  it('puts the own sessions before those of others, which have a name', async () => {
    ofAda = (await ada.sessions.create({ type: 'card-lab' })).id;
    await row(ofAda).getByText('1 of 1 running').waitFor();
    const rows = await panel('Sessions').getByRole('row').allInnerTexts();
    expect(rows.map((text) => /ses_\w+/.exec(text)?.[0])).toEqual([undefined, running, ofAda]);
    expect(rows[2]).toContain('ada');
  });

  it('says why a session waits, in its row and in the queue', async () => {
    waiting = (await client.sessions.create({ type: 'card-lab', project: 'b' })).id;
    await row(waiting).getByText('queued', { exact: true }).waitFor();
    await row(waiting).getByText('1 free GPU').waitFor();
    const entry = panel('Queue').getByRole('listitem');
    await entry.getByText('1 free GPU').waitFor();
    expect(await entry.innerText()).toMatch(/1\.\s*card-lab\s*you, waited/);
    await panel('Queue').getByText('1 session waits').waitFor();
  });

  it('shows what a node has, what is taken of it, and, opened, what sits where', async () => {
    const home = panel('Nodes')
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading', { name: 'home' }) });
    expect(await home.first().innerText()).toMatch(/ready[\s\S]*process, pool render/);
    expect(await home.getByRole('meter', { name: 'Cores' }).getAttribute('aria-valuenow')).toBe('900');
    await home.getByText('taken whole').waitFor();
    await home.getByText('4 workloads').click();
    await home.getByText('rack=a').waitFor();
    expect(await home.getByRole('row').allInnerTexts()).toHaveLength(5);
    await home.getByRole('link', { name: ofAda }).click();
    await page.waitForURL(`**/#/sessions/${ofAda}`);
  });

  it('drains a node after a question, and gives it work again, with the keyboard alone', async () => {
    await panel('Nodes').getByText('4 workloads').press('Enter');
    await panel('Nodes').getByRole('button', { name: 'Drain' }).press('Enter');
    await page.getByRole('dialog', { name: 'Drain home?' }).waitFor();
    const focused = panel('Nodes').getByRole('button', { name: 'Drain' }).and(page.locator(':focus'));
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await focused.press('Enter');
    await page.getByRole('button', { name: 'Cancel' }).press('Enter');
    await focused.press('Enter');
    await page.getByRole('dialog').getByLabel('Why').fill('new driver');
    await page.keyboard.press('Enter');
    await panel('Nodes')
      .getByText(/Drained by you .*: new driver/)
      .waitFor();
    await panel('Nodes').getByText('draining', { exact: true }).waitFor();
    await panel('Nodes').getByRole('button', { name: 'Give it work again' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await panel('Nodes').getByText('ready', { exact: true }).waitFor();
  });

  it('finds sessions that have ended, and those of one type', async () => {
    const ended = (await client.sessions.create({ type: 'card-lab', project: 'never started' })).id;
    await client.sessions.close(ended);
    await page.getByLabel('Show').selectOption('closed');
    await row(ended).getByText('ended').waitFor();
    expect(await row(running).count()).toBe(0);
    await page.getByLabel('Type').selectOption('field-lab');
    await page.getByText('No session fits').waitFor();
    await page.getByRole('button', { name: 'Show all live sessions' }).click();
    await row(running).waitFor();
    await page.getByLabel('Only mine').check();
    await row(ofAda).waitFor({ state: 'detached' });
  });

  it('turns pages where there are more sessions than one shows', async () => {
    const many = Array.from({ length: 20 }, () => ada.sessions.create({ type: 'card-lab' }));
    const ids = (await Promise.all(many)).map(({ id }) => id);
    await panel('Queue').getByText('21 sessions wait').waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await row(running).waitFor();
    expect(await page.getByRole('button', { name: 'Older' }).getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'Newer' }).click();
    await row(ids[0]!).or(row(ids[1]!)).first().waitFor();
    await panel('Queue').getByRole('button', { name: 'Show 17 more' }).click();
    await expect.poll(() => panel('Queue').getByRole('listitem').count()).toBe(21);
    await Promise.all(ids.map((id) => ada.sessions.close(id)));
    await panel('Queue').getByText('1 session waits').waitFor();
  });

  it('keeps the focus where it is while everything is read anew', async () => {
    await row(running).getByRole('link').focus();
    const answers = ['/v1/system', '/v1/sessions', '/v1/nodes'].map((path) =>
      page.waitForResponse((response) => new URL(response.url()).pathname === path),
    );
    await Promise.all(answers);
    await client.sessions.close(waiting);
    await row(waiting).waitFor({ state: 'detached' });
    await row(running).getByRole('link').and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/#/sessions/${running}`);
  });

  it('keeps what it knows while the installation does not answer, and says since when', async () => {
    await row(running).waitFor();
    await page.route('**/v1/**', (route) => route.abort());
    await page.getByRole('alert').getByText('upstream-unavailable').waitFor();
    await page.getByText(/What you see is of \d+:/).waitFor();
    expect(await page.getByRole('alert').count()).toBe(1);
    expect(await page.getByText('All is well').count()).toBe(0);
    await row(running).waitFor();
    await page.unroute('**/v1/**');
    await page.getByText('All is well').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('shows a user only what is theirs, without a complaint', async () => {
    await page.close();
    await see('ada');
    await row(ofAda).waitFor();
    expect(await row(running).count()).toBe(0);
    expect(await page.getByRole('heading').allInnerTexts()).toEqual(['Overview', 'Queue', 'Sessions']);
    expect(complaints).toEqual([]);
  });

  it('names a service that fails, with its reason', async () => {
    const seen = await client.request<{ services: object[] }>('GET', '/v1/system');
    const health = { store: { status: 'down', reason: 'the disk is full' }, loop: { status: 'up' } };
    const services = [...seen.services, { service: 'relay', instance: 'svc_x', state: 'not-ready', health }];
    await page.route('**/v1/system', (route) => route.fulfill({ json: { ...seen, services } }));
    await page.getByText('a relay is not ready').waitFor();
    await panel('Services').getByText('store: the disk is full').waitFor();
    expect(await panel('Services').getByText('loop').count()).toBe(0);
  });

  it.each(looks)('has no barrier and no sideways scrolling on $name', async (look) => {
    await page.close();
    ({ page, complaints } = await visit(browser, { url: system.publicUrl, password, look }));
    await row(running).waitFor();
    await panel('Nodes').getByText('workload').first().click();
    await panel('Nodes').getByRole('button', { name: 'Drain' }).waitFor();
    await panel('Services').getByText('All of them').click();
    expect(await barriers(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});
