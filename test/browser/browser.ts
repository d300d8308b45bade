import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Of TEST_BROWSER, or a Chromium where computers usually have it. */
export const browserPath = process.env['TEST_BROWSER'] ?? usual.find((path) => existsSync(path));

/** Chromium's own sandbox needs rights that a container of a build lacks; it shows our own page only. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
