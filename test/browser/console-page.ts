import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Sizes and themes that people have. */
export const looks: readonly (BrowserContextOptions & { name: string })[] = [
  { name: 'a laptop by day', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'a laptop at night', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  { name: 'a phone by day', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'a phone at night', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
];

export interface Visit {
  url: string;
  username?: string;
  password: string;
  look?: BrowserContextOptions;
}

/** The page of a user who has just logged in, and what the browser complained of since. */
export async function visit(browser: Browser, { url, username = 'admin', password, look = {} }: Visit) {
  const page = await browser.newPage(look);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(url);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  return { page, complaints };
}

/** What stands in the way of people who do not see, point or read as others do, by the rules of WCAG 2.2 AA. */
export async function barriers(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    return axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** How much wider than its window the page is, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
