import type { MusterClient } from '@muster/client';
import { TestSystem } from '@muster/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, startBrowser } from './browser.js';
import { barriers, visit } from './console-page.js';

const why = browserPath === undefined ? ' (skipped: needs Chromium, or TEST_BROWSER)' : '';
const password = 'first-session';

/** Begins to note how the canvas looks, whenever the page has drawn: how many colours it has, and a sum of its pixels. */
const beginToNote = `
  window.pictures = [];
  const canvas = document.querySelector('canvas.field');
  const note = () => {
    if (canvas.width > 0 && getComputedStyle(canvas).visibility === 'visible') {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set();
      let sum = 0;
      for (let at = 0; at < data.length; at += 404) {
        const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
        colours.add(colour);
        sum = (31 * sum + colour) % 1000000007;
      }
      if (window.pictures.at(-1)?.sum !== sum) window.pictures.push({ sum, colours: colours.size });
    }
    requestAnimationFrame(note);
  };
  note();`;

describe.skipIf(browserPath === undefined)(`the panel of the field lab${why}`, () => {
  let system: TestSystem;
  let browser: Browser;
  let client: MusterClient;
  let id: string;
  let page: Page;
  let complaints: readonly string[];
  beforeAll(async () => {
    [system, browser] = await Promise.all([TestSystem.start({ password, mode: 'services' }), startBrowser()]);
    client = await system.client();
  });
  beforeEach(async () => {
    ({ id } = await client.sessions.create({ type: 'field-lab' }));
    await client.sessions.waitUntil(id, 'running');
    ({ page, complaints } = await visit(browser, { url: system.publicUrl, password }));
    await page.goto(`${system.publicUrl}/#/sessions/${id}`);
    await connection('Connected').waitFor();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await client.sessions.close(id);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.dispose();
  });

  const connection = (text: string) => page.getByRole('status').getByText(text, { exact: true });
  const solve = async (gridCells: number): Promise<void> => {
    await page.getByRole('combobox', { name: 'Cells along the longer side' }).selectOption(String(gridCells));
    await page.getByRole('button', { name: 'Solve', exact: true }).click();
  };
  const value = async (name: string): Promise<number> =>
    Number.parseFloat(await page.locator('.result div', { hasText: name }).locator('dd').innerText());

  it('shows the field while it is solved, and a capacitance within 1 % of theory', async () => {
    await page.evaluate(beginToNote);
    await solve(512);
    await page.getByText('Theory').waitFor();
    const pictures = (await page.evaluate('window.pictures')) as { sum: number; colours: number }[];
    expect(new Set(pictures.map(({ sum }) => sum)).size).toBeGreaterThan(1);
    expect(pictures.at(-1)!.colours).toBeGreaterThan(100);
    expect(await value('Capacitance')).toBeCloseTo(await value('Theory'), 1);
    expect(Math.abs(await value('Difference'))).toBeLessThan(1);
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('reads the volts at a place by the arrow keys, and draws a picture to be kept', async () => {
    await solve(128);
    await page.getByText('Theory').waitFor();
    const stage = page.getByRole('group', { name: /Coaxial cable/ });
    await stage.press('ArrowUp');
    await page.getByText(/^1\.000 V at 1\.8 mm, 1\.87 mm$/).waitFor();
    await page.getByRole('button', { name: 'Draw a picture' }).click();
    await page.getByRole('img', { name: 'drawn by the worker plot' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download field.png' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('field.png');
    expect(complaints).toEqual([]);
  });

  it('names what is wrong with a geometry, and solves another one that is written', async () => {
    await page.getByText('Change it as JSON').click();
    const text = page.getByRole('textbox', { name: 'Geometry as JSON' });
    await text.fill('{"width": 2, "height": -1, "electrodes": []}');
    await page.getByText('height must be a number above 0').waitFor();
    expect(await page.getByRole('button', { name: 'Solve', exact: true }).isDisabled()).toBe(true);
    const boundaries = { bottom: { potentialVolts: 0 }, top: { potentialVolts: 5 } };
    await text.fill(JSON.stringify({ title: 'Plates', width: 2, height: 1, electrodes: [], boundaries }));
    await solve(64);
    await page.getByText('Theory').waitFor();
    expect(await value('Capacitance')).toBeCloseTo(17.708, 2);
  });

  it('goes on when its relay is killed while it solves, and can be cancelled', async () => {
    await solve(1024);
    await page.getByText(/^iteration /).waitFor();
    await Promise.all(['relay-1', 'relay-2'].map((name) => system.kill(name)));
    await connection('Connection lost, coming back …').waitFor();
    await connection('Connected').waitFor();
    await page.getByText('Theory').waitFor();
    expect(Math.abs(await value('Difference'))).toBeLessThan(1);
    await solve(1024);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Solve', exact: true }).waitFor();
    expect(await page.getByText('Theory').count()).toBe(0);
  });

  it('lets go when the session ends, and keeps what it has shown', async () => {
    await solve(64);
    await page.getByText('Theory').waitFor();
    await client.sessions.close(id);
    await page.getByText('The session has ended: nothing more is computed.').waitFor();
    expect(await page.getByText('Theory').isVisible()).toBe(true);
  });
});
