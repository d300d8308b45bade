import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface Visitor {
  username: string;
  password: string;
}

/** Somebody's browser at a page behind the login, with what it complained about. */
export interface Visit {
  page: Page;
  complaints: readonly string[];
}

/** Logs in as a person does, and goes to `address`, as `#/sessions/ses_x`. */
export async function visit(
  browser: Browser,
  at: { publicUrl: string; address: string },
  who: Visitor,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(at.publicUrl);
  await page.getByLabel('User name').fill(who.username);
  await page.getByLabel('Password').fill(who.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  await page.goto(`${at.publicUrl}/${at.address}`);
  return { page, complaints };
}
