import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** It ends what hangs; nothing depends on it. */
const LIMIT_MS = 240_000;

export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What pages threw or logged as an error. */
  readonly complaints: string[];
}

/** A real browser with nothing in it. */
export async function openBrowser(): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'pipewright-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['PIPEWRIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    timeout: LIMIT_MS,
  });
  context.setDefaultTimeout(LIMIT_MS);
  const complaints: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => complaints.push(`${page.url()} threw ${error.message}`));
  page.on('console', (message) => {
    // The browser logs every refusal of the server as an error; that one is refused may be what a test wants.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    complaints.push(`${page.url()} logged ${message.text()}`);
  });
  return {
    context,
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/** What axe finds that keeps people out, one line for each place; `rules` are all of them unless given. */
export async function barriers(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (only) => {
    const here = globalThis as unknown as { readonly axe: typeof axe };
    const chosen = only === undefined ? {} : { runOnly: [...only] };
    return await here.axe.run({ resultTypes: ['violations'], ...chosen });
  }, rules);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${new URL(page.url()).pathname} ${id}: ${node.html}`));
}
