import type { Page } from 'playwright-core';
import { openPipelineLab, type PipelineLab } from '../../testkit/codepipeline/pipeline-lab.ts';
import { openBrowser, type TestBrowser } from './browser.ts';
import { serveBuiltConsole } from './built-console.ts';

const CONSOLE = '/_pipewright/console';

/** A server with its console, and a browser that is signed in to it. */
export interface House extends AsyncDisposable {
  readonly lab: PipelineLab;
  readonly browser: TestBrowser;
  readonly page: Page;
  /** The address of a page of the console. */
  at(path: string): string;
}

export async function openHouse(): Promise<House> {
  serveBuiltConsole();
  const lab = await openPipelineLab();
  const browser = await openBrowser();
  const { page } = browser;
  await page.goto(await lab.server.createConsoleLink());
  await page.getByRole('heading', { name: 'Pipelines', exact: true }).waitFor();
  return {
    lab,
    browser,
    page,
    at: (path) => lab.server.endpoint + CONSOLE + path,
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

/** The page of a build that the API answered. */
export function buildPage(build: { readonly id?: string | undefined } | undefined): string {
  return `/builds/${(build?.id ?? '').replace(':', '/')}`;
}
