import { StartBuildCommand } from '@aws-sdk/client-codebuild';
import { GetBranchCommand } from '@aws-sdk/client-codecommit';
import { StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import {
  approval,
  build,
  openPipelineLab,
  type PipelineLab,
  sourceStage,
} from '../../testkit/codepipeline/pipeline-lab.ts';
import { ON_POSTGRES } from '../../testkit/support/wanted-database.ts';
import { barriers, openBrowser, type TestBrowser } from './browser.ts';
import { serveBuiltConsole } from './built-console.ts';

const CONSOLE = '/_pipewright/console';
const LINES = 50_000;

// Everything waits for what it wants to see; the limit only ends a test that waits for nothing.
vi.setConfig({ testTimeout: 300_000 });

let lab: PipelineLab;
let browser: TestBrowser;
let page: Page;
const at = (path: string) => lab.server.endpoint + CONSOLE + path;

beforeAll(async () => {
  serveBuiltConsole();
  lab = await openPipelineLab();
  await lab.createRepository('app');
  await lab.push('app', { 'a.txt': 'one\ntwo\n', 'lib/b.txt': 'three\n' });
  await lab.createProject('pass', 'version: 0.2\nphases: {build: {commands: ["true"]}}\n');
  const gate = [{ name: 'Gate', actions: [approval('Release')] }];
  await lab.createPipeline('service', [
    sourceStage('app'),
    { name: 'Build', actions: [build('Compile', 'pass')] },
    ...gate,
  ]);
  browser = await openBrowser();
  page = browser.page;
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
});

/** Presses Tab until the wanted element has the focus: what a person without a mouse does. */
async function tabTo(name: string): Promise<void> {
  for (let presses = 0; presses < 100; presses++) {
    const focused = await page.locator(':focus').evaluateAll(([element]) => {
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
    if (focused === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached ${name}`);
}

test('I8: a sign-in link opens the console once, and its token stays out of the address', async () => {
  const link = await lab.server.createConsoleLink();
  await page.goto(link);
  await page.getByRole('heading', { name: 'Pipelines', exact: true }).waitFor();
  expect(page.url()).not.toContain('token');

  await using other = await openBrowser();
  await other.page.goto(link);
  await other.page.getByText('This sign-in link has been used before').waitFor();
  expect(await other.page.getByRole('link', { name: 'service' }).count()).toBe(0);
  expect(await barriers(other.page)).toEqual([]);
});

test('I8: odd addresses are pages, missing code is missing, and nothing foreign may run', async () => {
  const odd = await fetch(at('/pipelines/%zz'));
  expect([odd.status, odd.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect((await fetch(at('/assets/no-such.js'))).status).toBe(404);
  const [script = ''] = /\/_pipewright\/console\/assets\/[^"]+\.js/.exec(await odd.text()) ?? [];
  const asked = (encoding: string) =>
    fetch(lab.server.endpoint + script, { headers: { 'accept-encoding': encoding } });
  const [packed, plain] = [await asked('br, gzip'), await asked('identity')];
  expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual([
    'gzip',
    null,
  ]);
  expect(await packed.text()).toBe(await plain.text());
  const policy = odd.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self'; worker-src 'self'");
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*(?:unsafe|https?:|data:|\*)/);
});

test('I8: the list of pipelines follows the server without being loaded again', async () => {
  await page.goto(at('/pipelines'));
  const row = page.getByRole('row', { name: /service/ });
  await row.getByText('Waits for a decision').waitFor();
  await row.getByText('change a.txt, lib/b.txt').waitFor();
  await lab.createPipeline('second', [
    sourceStage('app'),
    { name: 'Build', actions: [build('Compile', 'pass')] },
  ]);
  await page
    .getByRole('row', { name: /second/ })
    .getByText('Succeeded')
    .waitFor();
  expect(await row.getByText('Waits for a decision').count()).toBe(1);
});

test('I8: one approves with the keyboard alone, and the page shows what follows', async () => {
  const id = (await lab.executions('service'))[0]?.pipelineExecutionId as string;
  await page.goto(at('/pipelines/service'));
  await page.getByRole('button', { name: 'Review Release' }).first().waitFor();
  await tabTo('Review Release');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Review Release' });
  await dialog.getByRole('textbox', { name: 'Comment' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('Looks good to me');
  await tabTo('Approve');
  await page.keyboard.press('Enter');
  await lab.ended('service', id, 'Succeeded');
  const action = page.getByRole('group', { name: 'Action Release' });
  await action.getByText('Succeeded').waitFor();
  await action.getByText('Looks good to me').waitFor();
  await page.getByText('Nothing runs now.').waitFor();
  expect(await page.getByRole('button', { name: 'Review Release' }).count()).toBe(0);
});

test('I8: a rejection fails the execution, and the page says why in words', async () => {
  await lab.pipelines.send(new StartPipelineExecutionCommand({ name: 'service' }));
  await page.goto(at('/pipelines/service'));
  await page.getByRole('button', { name: 'Review Release' }).first().click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Comment' }).fill('Not on a Friday');
  await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
  await page.getByText('Release failed in Gate').waitFor();
  await page.getByRole('group', { name: 'Action Release' }).getByText('Not on a Friday').first().waitFor();
  expect(await barriers(page)).toEqual([]);
});

test('I8: transitions are disabled with a reason and enabled again', async () => {
  await page.goto(at('/pipelines/service'));
  await page.getByRole('button', { name: 'Disable transition into Gate' }).click();
  const reason = page.getByRole('dialog').getByRole('textbox', { name: 'Reason' });
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await page.getByText('A reason is required.', { exact: true }).waitFor();
  await reason.fill('Freeze, please');
  await page.getByText('A reason cannot hold “,”.', { exact: true }).waitFor();
  await reason.fill('Freeze');
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await page.getByText('Freeze').waitFor();
  expect((await lab.stage('service', 'Gate'))?.inboundTransitionState).toMatchObject({
    enabled: false,
    disabledReason: 'Freeze',
  });
  await page.getByRole('button', { name: 'Enable transition into Gate' }).click();
  await page.getByRole('button', { name: 'Disable transition into Gate' }).waitFor();
});

test('I8: a build shows its log while it is written, with colours, and finds text in it', async () => {
  await using gate = await openGate();
  const held = gate.buildspec.replace(
    '      - curl',
    `      - printf '\\033[32mgreen is the text\\033[0m\\n'\n      - curl`,
  );
  await lab.createProject('talk', `${held}      - seq 1 ${LINES}\n      - echo the needle\n`, {
    source: { type: 'NO_SOURCE', buildspec: `${held}      - seq 1 ${LINES}\n      - echo the needle\n` },
    artifacts: { type: 'NO_ARTIFACTS' },
  });
  const started = await lab.builds.send(new StartBuildCommand({ projectName: 'talk' }));
  const id = started.build?.id as string;
  await page.goto(at(`/builds/${id.replace(':', '/')}`));
  const log = page.getByRole('region', { name: 'Log of talk #1' });
  await log.locator('.pw-fg-2', { hasText: 'green is the text' }).waitFor();
  await gate.arrived(1);
  expect(await log.getByText('the needle', { exact: true }).count()).toBe(0);

  gate.release();
  await log.getByText('the needle', { exact: true }).waitFor();
  await page.getByText('Succeeded').first().waitFor();
  await page.getByText(/lines, complete$/).waitFor();
  expect(await log.locator('.pw-log-line').count()).toBeLessThan(150);

  await page.getByRole('searchbox', { name: 'Search the log' }).fill('the needle');
  // The command that is announced and the line that it writes.
  await page.getByText('2 found').waitFor();
  await page.keyboard.press('Shift+Enter');
  await page.getByText('2 of 2').waitFor();
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('green is');
  await page.getByText('2 found').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('1 of 2').waitFor();
  await log.locator('mark.pw-log-current', { hasText: 'green is' }).waitFor();
  expect(await barriers(page)).toEqual([]);
});

// What pages look like does not depend on the database.
if (!ON_POSTGRES)
  test('I8: no page keeps anyone out, in light and in dark', { timeout: 900_000 }, async () => {
    const execution = (await lab.executions('service'))[0]?.pipelineExecutionId as string;
    const commit = (
      await lab.repositories.send(new GetBranchCommand({ repositoryName: 'app', branchName: 'main' }))
    ).branch?.commitId as string;
    const pages: [path: string, there: string][] = [
      ['/pipelines', 'second'],
      ['/pipelines/service', 'Release failed in Gate'],
      ['/pipelines/service?tab=history', 'Failed'],
      ['/pipelines/service?tab=definition', '"executionMode"'],
      [`/pipelines/service/executions/${execution}`, 'Compile'],
      ['/projects', 'talk'],
      ['/projects/talk', 'talk #1'],
      ['/builds', 'talk #1'],
      ['/deployments', 'No deployments yet'],
      ['/applications', 'No applications yet'],
      ['/hosts', 'No hosts yet'],
      ['/report-groups', 'No test reports yet'],
      ['/repositories', 'app'],
      ['/repositories/app', 'a.txt'],
      ['/repositories/app/tree/main/lib/b.txt', 'three'],
      ['/repositories/app/commits/main', 'change a.txt, lib/b.txt'],
      [`/repositories/app/commit/${commit}`, 'two'],
      ['/nowhere', 'There is no such page'],
    ];
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [path, there] of pages) {
        await page.goto(at(path));
        await page.getByText(there).first().waitFor();
        found.push(...(await barriers(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)));
      }
    }
    expect(found).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
