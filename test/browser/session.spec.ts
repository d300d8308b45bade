import { TestCatalogue, TestSystem } from '@muster/testing';
import type { MusterClient } from '@muster/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plainRole } from '../e2e/plain-worker.js';
import { browserPath, startBrowser } from './browser.js';
import { barriers, looks, overflow, visit } from './console-page.js';

const why = browserPath === undefined ? ' (skipped: needs Chromium, or TEST_BROWSER)' : '';
const phases = ['queued', 'planned', 'reserved', 'process started', 'registered', 'initialised', 'running'];
const admin = { username: 'admin', password: 'first-session' };
const ada = { username: 'ada', password: 'a session at a time' };

describe.skipIf(browserPath === undefined)(`the page of a session${why}`, () => {
  let catalogue: TestCatalogue;
  let system: TestSystem;
  let browser: Browser;
  let client: MusterClient;
  let complaints: readonly string[] = [];
  beforeAll(async () => {
    catalogue = await TestCatalogue.of({ pair: { roles: { one: plainRole(), two: plainRole() } } });
    const settings = { MUSTER_CATALOGUE: catalogue.folder, MUSTER_LIMIT_USER_SESSIONS: '1' };
    [system, browser] = await Promise.all([
      TestSystem.start({ password: admin.password, settings, mode: 'standalone' }),
      startBrowser(),
    ]);
    client = await system.client();
    await client.request('POST', '/v1/users', { body: { ...ada, role: 'user' } });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.dispose();
    await catalogue?.remove();
  });

  const open = async (id: string, who = admin, look = {}): Promise<Page> => {
    const visited = await visit(browser, { url: system.publicUrl, ...who, look });
    ({ complaints } = visited);
    await visited.page.goto(`${system.publicUrl}/#/sessions/${id}`);
    return visited.page;
  };
  const rowOf = (page: Page, name: string | RegExp) => page.getByRole('row', { name });

  it('shows each phase of the start, the workers, the log of each, and the end', async () => {
    const { id } = await client.sessions.create({ type: 'pair', project: 'a bridge' });
    const page = await open(id);
    await page.getByRole('heading', { name: 'a bridge' }).waitFor();
    for (const phase of phases) await rowOf(page, new RegExp(`^${phase}\\b.* done`)).waitFor();
    await page.getByText('2 of 2 workers running').waitFor();
    await page.getByRole('log', { name: 'Log of one' }).getByText('good begins').waitFor();
    await page.getByRole('button', { name: 'Log of two' }).click();
    await page.getByRole('log', { name: 'Log of two' }).getByText('good begins').waitFor();
    await page.getByRole('list', { name: 'Events' }).getByText('two is running').waitFor();
    expect(await barriers(page)).toEqual([]);

    await page.getByRole('button', { name: 'Close session' }).click();
    const dialog = page.getByRole('dialog', { name: 'Close this session?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await client.sessions.get(id)).state).toBe('running');
    await page.getByRole('button', { name: 'Close session' }).click();
    await dialog.getByRole('button', { name: 'Close session' }).click();
    await page.getByText('This session ended').waitFor();
    await page.getByText('0 of 2 workers running').waitFor();
    expect(await page.getByRole('button', { name: 'Close session' }).count()).toBe(0);
    expect((await client.sessions.get(id)).state).toBe('closed');
  });

  it('shows a worker that was killed in its next incarnation, and what it writes in that', async () => {
    const { id } = await client.sessions.create({ type: 'pair' });
    await client.sessions.waitUntil(id, 'running');
    const page = await open(id);
    await rowOf(page, 'two').getByText('running').waitFor();
    await page.getByRole('button', { name: 'Log of two' }).click();
    await page.getByRole('button', { name: 'Log of two' }).press('Tab');
    const focused = (): Promise<string> => page.evaluate('document.activeElement.outerHTML.slice(0, 40)');
    const before = await focused();
    process.kill(system.workersOf(id).find(({ role }) => role === 'two')!.pid, 'SIGKILL');
    await rowOf(page, /^two .*running.* 2 /).waitFor();
    await rowOf(page, /^one .*running.* 1 /).waitFor();
    await page.getByRole('list', { name: 'Events' }).getByText('incarnation 2').waitFor();
    await page.getByRole('log', { name: 'Log of two' }).getByText('good begins').waitFor();
    await page.getByText('Followed as it is written.').waitFor();
    expect(await focused()).toBe(before);
    await client.sessions.close(id);
    await page.getByText('This session ended').waitFor();
  });

  it('tells who waits their place and why, and starts before their eyes', async () => {
    const own = await system.client(ada.username, ada.password);
    const first = await own.sessions.create({ type: 'pair' });
    await own.sessions.waitUntil(first.id, 'running');
    const second = await own.sessions.create({ type: 'pair', project: 'the second' });
    const page = await open(second.id, ada, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await page.getByRole('status').getByText('Place 1 in the queue').waitFor();
    await rowOf(page, /^queued\b.* under way/).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await own.sessions.close(first.id);
    for (const phase of phases) await rowOf(page, new RegExp(`^${phase}\\b.* done`)).waitFor();
    await page.getByText('2 of 2 workers running').waitFor();
    expect(await page.getByRole('status').filter({ hasText: 'in the queue' }).count()).toBe(0);
    await own.sessions.close(second.id);
    await page.getByText('This session ended').waitFor();
  });

  it.each(looks)('is for everybody on $name', async (look) => {
    const { id } = await client.sessions.create({ type: 'pair' });
    const page = await open(id, admin, look);
    await page.getByText('2 of 2 workers running').waitFor();
    await page.getByRole('log', { name: 'Log of one' }).getByText('good begins').waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await client.sessions.close(id);
  });

  it('says of a session that is not there what the installation says', async () => {
    const page = await open('ses_none');
    await page.getByRole('alert').getByText('unknown-session').waitFor();
    complaints = complaints.filter((text) => !text.includes('404'));
  });
});
