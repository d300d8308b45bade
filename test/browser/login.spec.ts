import { TestSystem } from '@muster/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, startBrowser } from './browser.js';

const why = browserPath === undefined ? ' (skipped: needs Chromium, or TEST_BROWSER)' : '';

describe.skipIf(browserPath === undefined)(`the login${why}`, () => {
  let system: TestSystem;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [system, browser] = await Promise.all([TestSystem.start({ password: 'first-session' }), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.dispose();
  });
  const complaints: string[] = [];
  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(system.publicUrl);
  });
  afterEach(() => page.context().close());

  it('lets nobody in with a wrong password, and says so', async () => {
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('wrong-credentials').waitFor();
  });

  it('keeps a login over a reload, and forgets it when the user leaves', async () => {
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('first-session');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });

  it('is shared by the tabs of a browser, and ends in all of them', async () => {
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('first-session');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(system.publicUrl);
    await other.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await other.getByLabel('Password').waitFor();
    expect(await other.getByRole('heading', { name: 'Overview' }).count()).toBe(0);
    await other.close();
  });

  it('runs under its policy without a complaint', () => {
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });
});
