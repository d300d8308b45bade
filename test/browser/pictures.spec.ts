import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MusterClient } from '@muster/client';
import { TestSystem } from '@muster/testing';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, startBrowser } from './browser.js';
import { visit } from './console-page.js';

const why = browserPath === undefined ? ' (skipped: needs Chromium, or TEST_BROWSER)' : '';
const folder = 'docs/images';
const keeps = process.env['TEST_PICTURES'] === '1';
const password = 'first-session';
const look = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const;
const gibi = 2 ** 30;

/** Room for three of the sessions that are opened here; the fourth waits. */
const node = {
  capacity: { cpuMillis: 2500, memoryBytes: 8 * gibi },
  gpus: [
    { id: 'gpu-0', vendor: 'nvidia', model: 'NVIDIA L4', memoryBytes: 24 * gibi, sharing: 'time-slice', slots: 4 },
    { id: 'gpu-1', vendor: 'nvidia', model: 'NVIDIA L4', memoryBytes: 24 * gibi, sharing: 'none', slots: 1 },
  ],
  labels: { rack: 'a' },
};

describe.skipIf(browserPath === undefined)(`the pictures of the manual${why}`, () => {
  let data: string;
  let system: TestSystem;
  let browser: Browser;
  let client: MusterClient;
  let page: Page;
  let shown: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'muster-node-'));
    await writeFile(join(data, 'node.yaml'), JSON.stringify(node));
    const settings = {
      MUSTER_NODE_FILE: join(data, 'node.yaml'),
      MUSTER_NODE_NAME: 'workstation',
    };
    [system, browser] = await Promise.all([
      TestSystem.start({ password, settings, mode: 'standalone' }),
      startBrowser(),
    ]);
    client = await system.client();
    const open = (project: string) => client.sessions.create({ type: 'field-lab', project });
    const running = await Promise.all(['coaxial cable', 'microstrip', 'busbar'].map(open));
    await Promise.all(running.map(({ id }) => allRun(id)));
    await open('connector');
    shown = running[0]!.id;
    ({ page } = await visit(browser, { url: system.publicUrl, password, look }));
  });
  afterAll(async () => {
    await browser?.close();
    await system?.dispose();
    await rm(data, { recursive: true, force: true });
  });

  /** Those too that a session runs without. */
  async function allRun(id: string): Promise<void> {
    const running = new Set<string>();
    for await (const news of client.sessions.events(id))
      if (news.kind === 'worker' && news.worker?.state === 'running' && running.add(news.role ?? '').size === 3) return;
  }

  /** Takes the picture, and keeps it in the manual when asked to. A picture of one colour shows nothing. */
  async function take(name: string, of: { screenshot(): Promise<Buffer> }): Promise<void> {
    const picture = await of.screenshot();
    const { data: pixels } = PNG.sync.read(picture);
    const colours = new Set(Array.from({ length: pixels.length / 400 }, (_, at) => pixels.readUInt32BE(at * 400)));
    expect(colours.size).toBeGreaterThan(20);
    if (!keeps) return;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name}.png`), picture);
  }

  it('show the overview with nodes, sessions and the queue', async () => {
    await page.getByRole('region', { name: 'Queue' }).getByText('1 session waits').waitFor();
    await page.getByText('3 of 3 running').first().waitFor();
    await take('overview', page);
  });

  it('show a session with the phases of its start', async () => {
    await page.goto(`${system.publicUrl}/#/sessions/${shown}`);
    await page.getByText('3 of 3 workers running').waitFor();
    await page.getByRole('list', { name: 'Events' }).getByText('running').first().waitFor();
    await take('session', { screenshot: () => page.screenshot({ fullPage: true }) });
  });

  it('show the field lab with the field it has solved', async () => {
    await page.getByRole('button', { name: 'Solve', exact: true }).click();
    await page.getByText('Theory').waitFor();
    await take('field-lab', page.getByRole('region', { name: 'Field lab' }));
  });
});

describe('the built page', () => {
  it('is at most 60 kB of script, as it travels compressed', async () => {
    const { gzipSync } = await import('node:zlib');
    const { readdir } = await import('node:fs/promises');
    const scripts = (await readdir('dist/console-web/assets')).filter((name) => name.endsWith('.js'));
    const sizes = await Promise.all(
      scripts.map(async (name) => gzipSync(await readFile(join('dist/console-web/assets', name))).length),
    );
    expect(scripts.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000);
  });
});
