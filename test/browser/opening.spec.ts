import type { MusterClient } from '@muster/client';
import { repositoryFile, TestCatalogue, TestSystem } from '@muster/testing';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, startBrowser } from './browser.js';
import { barriers, looks, overflow, visit } from './console-page.js';

const why = browserPath === undefined ? ' (skipped: needs Chromium, or MUSTER_TEST_BROWSER)' : '';
const password = 'first-session';

const types = `
kind: WorkerType
name: frame-plot
run: { process: { module: workers/field-plot } }
hardware: { cpuMillis: 100, memoryBytes: 96Mi }
---
kind: SessionType
name: farm
title: Render farm
description: Renders frames.
parameters:
  type: object
  required: [scene, quality]
  additionalProperties: false
  properties:
    scene: { type: string, title: Scene, description: Where it is, minLength: 2 }
    quality: { enum: [draft, final], default: draft }
    frames: { type: integer, minimum: 1, maximum: 500, default: 24, description: How many }
    denoise: { type: boolean, default: true }
    camera: { type: object, properties: { x: { type: number } } }
roles:
  plot: { worker: frame-plot }
  extra: { worker: frame-plot, mandatory: false, hardware: { labels: { rack: nowhere } } }
---
kind: SessionType
name: giant
roles: { plot: { worker: frame-plot, hardware: { memoryBytes: 900Ti } } }
`;

describe.skipIf(browserPath === undefined)(`the page that opens a session${why}`, () => {
  let catalogue: TestCatalogue;
  let system: TestSystem;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let client: MusterClient;
  beforeAll(async () => {
    catalogue = await TestCatalogue.of({});
    await catalogue.write('field-lab.yaml', await repositoryFile('catalogue/field-lab.yaml'));
    await catalogue.write('farm.yaml', types);
    const settings = { MUSTER_CATALOGUE: catalogue.folder, MUSTER_NODE_NAME: 'home' };
    [system, browser] = await Promise.all([TestSystem.start({ password, settings }), startBrowser()]);
    client = await system.client();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.dispose();
    await catalogue?.remove();
  });
  beforeEach(async () => {
    ({ page, complaints } = await visit(browser, { url: `${system.publicUrl}/#/open`, password }));
  });
  afterEach(() => page.close());

  const choose = async (title: string): Promise<void> => {
    await page.getByRole('link', { name: title, exact: true }).click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  };
  const open = () => page.getByRole('button', { name: 'Open', exact: true });
  const wrong = () => page.locator('[aria-invalid="true"]');
  const openedId = async (): Promise<string> => {
    await page.waitForURL('**/#/sessions/ses_*');
    return page.url().split('/').at(-1)!;
  };

  it('lists the types with what they are for and their workers', async () => {
    await page.getByRole('heading', { name: 'Open a session' }).waitFor();
    const lab = page.getByRole('listitem').filter({ hasText: 'Field lab' });
    expect(await lab.innerText()).toMatch(/field-lab\s+Computes electric fields[\s\S]*Workers: model, solver, plot/);
  });

  it('opens a session with what was said, by the keyboard alone, and goes to it', async () => {
    await page.getByRole('link', { name: 'Field lab' }).press('Enter');
    await page.getByLabel('Project').fill('cable');
    await page.getByLabel('gridCells').fill('32');
    await page.getByLabel('tolerance').fill('0.01');
    await page.getByLabel('Priority').fill('70');
    await page.getByLabel('Give up after').fill('10');
    const sent = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/v1/sessions'),
    );
    await page.keyboard.press('Enter');
    expect((await sent).postDataJSON()).toEqual({
      type: 'field-lab',
      project: 'cable',
      parameters: { gridCells: 32, tolerance: 0.01 },
      priority: 70,
      deadlineMs: 600_000,
    });
    const session = await client.sessions.waitUntil(await openedId(), 'running');
    expect(session).toMatchObject({ type: 'field-lab', project: 'cable' });
    await client.sessions.close(session.id);
  });

  it('asks for each parameter in the form that suits it', async () => {
    await choose('Render farm');
    await page.getByLabel('Scene').and(page.getByRole('textbox')).and(page.locator('[aria-required="true"]')).waitFor();
    expect(await page.getByLabel('quality').inputValue()).toBe('draft');
    expect(await page.getByLabel('denoise').getByRole('option').allInnerTexts()).toEqual([
      'yes (by default)',
      'yes',
      'no',
    ]);
    expect(await page.getByLabel('frames').getAttribute('placeholder')).toBe('24');
    await page.getByText('How many; a whole number from 1 to 500').waitFor();
  });

  it('says at its field what cannot be read, and goes to the first of them', async () => {
    await choose('Render farm');
    await page.getByLabel('frames').fill('many');
    await page.getByLabel('camera').fill('{x}');
    await open().click();
    await page.getByLabel('Scene').and(page.locator(':focus')).waitFor();
    expect(await wrong().evaluateAll((fields) => fields.map((field) => field.getAttribute('name')))).toEqual([
      'parameters.scene',
      'parameters.frames',
      'parameters.camera',
    ]);
    await page.getByText('must be a whole number').waitFor();
    await page.getByText('is not valid JSON').waitFor();
  });

  it('says at its field what the installation refuses, and keeps what was said', async () => {
    await choose('Render farm');
    await page.getByLabel('Scene').fill('/scenes/a');
    await page.getByLabel('frames').fill('900');
    await page.getByLabel('camera').fill('{ "x": "left" }');
    await page.getByLabel('Priority').fill('700');
    await open().click();
    await page.getByLabel('Priority').and(wrong()).waitFor();
    await page.getByLabel('Priority').fill('');
    await open().click();
    await page.getByLabel('frames').and(page.locator(':focus')).waitFor();
    await page.getByText('must be <= 500').waitFor();
    await page.getByText('x must be number').waitFor();
    expect(await page.getByLabel('Scene').inputValue()).toBe('/scenes/a');
  });

  it('says what no field is for', async () => {
    const held = await client.sessions.create({ type: 'field-lab', project: 'held' });
    await choose('Field lab');
    await page.getByLabel('Project').fill('held');
    await open().click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/project/);
    await client.sessions.close(held.id);
  });

  it('makes one session however often the same is asked for, also when the answer was lost', async () => {
    await choose('Render farm');
    await page.getByLabel('Scene').fill('/scenes/b');
    await page.getByLabel('Project').fill('once');
    const keys: (string | undefined)[] = [];
    await page.route('**/v1/sessions', async (route) => {
      keys.push(keyOf(route.request()));
      await route.fetch();
      await route.fulfill({ status: 409, json: { code: 'conflict', detail: 'the answer was lost' } });
    });
    await open().click();
    await page.getByText('the answer was lost').waitFor();
    await page.unroute('**/v1/sessions');
    const again = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/v1/sessions'),
    );
    await open().click();
    expect(keys).toEqual([keyOf(await again)]);
    const id = await openedId();
    const { items } = await client.sessions.list({ project: 'once' });
    expect(items.map((session) => session.id)).toEqual([id]);
    await client.sessions.close(id);
  });

  it('says where each worker would go, and what the session would run without', async () => {
    await choose('Render farm');
    await page.getByRole('button', { name: 'Find out' }).click();
    await page.getByText('It fits now').waitFor();
    const placed = page.getByRole('table', { name: 'Where each role would go' });
    expect(await placed.getByRole('row').nth(1).innerText()).toMatch(/plot\s+home\s+[\d.]+/);
    await page.getByText('The session runs without extra').waitFor();
    await page.getByText(/^1 node .*rack.*: home$/).waitFor();
  });

  it('says that a session would fit nowhere, and what each node lacks', async () => {
    await choose('giant');
    await page.getByRole('button', { name: 'Find out' }).click();
    await page.getByText('It fits on no node, however long it waits').waitFor();
    await page.getByRole('heading', { name: 'No place for plot' }).waitFor();
    await page.getByText(/^1 node .*memory.*: home$/).waitFor();
  });

  it('shows a type that is unknown as that, with the way to the others', async () => {
    await page.goto(`${system.publicUrl}/#/open/nothing`);
    await page.getByRole('alert').getByText('unknown-type').waitFor();
    await page.getByRole('link', { name: 'All session types' }).click();
    await page.getByRole('link', { name: 'Field lab' }).waitFor();
  });

  it.each(looks)('has no barrier and no sideways scrolling on $name', async (look) => {
    await page.close();
    ({ page, complaints } = await visit(browser, { url: `${system.publicUrl}/#/open`, password, look }));
    await page.getByRole('link', { name: 'Render farm' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await choose('Render farm');
    await open().click();
    await page.getByRole('button', { name: 'Find out' }).click();
    await page.getByText('It fits now').waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});

function keyOf(request: Request): string | undefined {
  return request.headers()['idempotency-key'];
}
