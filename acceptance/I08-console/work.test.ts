import { GetBranchCommand } from '@aws-sdk/client-codecommit';
import { DisableStageTransitionCommand, StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { approval, build, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';
import { barriers, openBrowser } from './browser.ts';
import { type House, openHouse } from './house.ts';

vi.setConfig({ testTimeout: 300_000 });

let house: House;

beforeAll(async () => {
  house = await openHouse();
  await house.lab.createRepository('app');
  await house.lab.push('app', { 'a.txt': 'one\ntwo\n' });
});

afterAll(async () => {
  await house[Symbol.asyncDispose]();
});

const action = (name: string): Locator => house.page.getByRole('group', { name: `Action ${name}` });
const dialog = (): Locator => house.page.getByRole('dialog');

test('I8: a change is released with variables, and its execution tells them, its timeline and its outcome', async () => {
  const { lab, page, at } = house;
  const buildspec = `version: 0.2
env: {exported-variables: [IMAGE]}
phases: {build: {commands: ['export IMAGE="shop:$LEVEL"']}}
`;
  await lab.createProject('image', buildspec);
  const level = [{ name: 'LEVEL', value: '#{variables.LEVEL}', type: 'PLAINTEXT' }];
  const compile = build('Compile', 'image', {
    configuration: { ProjectName: 'image', EnvironmentVariables: JSON.stringify(level) },
  });
  await lab.createPipeline(
    'service',
    [
      sourceStage('app'),
      { name: 'Build', actions: [compile] },
      { name: 'Gate', actions: [approval('Release')] },
    ],
    { variables: [{ name: 'LEVEL', defaultValue: 'low', description: 'How high' }], executionMode: 'QUEUED' },
  );
  const first = (await lab.executions('service'))[0]?.pipelineExecutionId as string;
  await lab.until(
    async () => (await lab.stage('service', 'Gate'))?.actionStates?.[0]?.latestExecution?.token,
  );

  await page.goto(at('/pipelines/service'));
  await page.getByRole('button', { name: 'Release change' }).click();
  await dialog().getByText('How high').waitFor();
  await dialog().getByRole('textbox', { name: 'LEVEL' }).fill('high');
  await dialog().getByRole('button', { name: 'Release change' }).click();
  // A reader of the screen is told the same a moment later, in a place of its own.
  await page.getByText('A new execution has started').first().waitFor();
  await page.getByText('One execution waits to enter Gate').waitFor();
  await page.getByRole('button', { name: 'Review Release' }).first().click();
  await dialog().getByRole('textbox', { name: 'Comment' }).fill('Goes out');
  await dialog().getByRole('button', { name: 'Approve' }).click();
  await lab.ended('service', first, 'Succeeded');

  await page.getByRole('tab', { name: 'Executions' }).click();
  await page
    .getByRole('row', { name: /Succeeded/ })
    .getByText('Pipeline was created')
    .waitFor();
  const second = page.getByRole('row', { name: /In progress/ });
  await second.getByText('Started by root').waitFor();
  await second.getByText('change a.txt').waitFor();
  await second.getByRole('link').first().click();
  await page.getByText('Variable LEVEL').waitFor();
  await page.getByText('high', { exact: true }).first().waitFor();
  const done = page.getByRole('listitem').filter({ hasText: 'Compile' });
  await done.getByText('Succeeded', { exact: true }).waitFor();
  expect(await done.locator('time').count()).toBe(1);
  await done.getByText('1 variable').click();
  await done.getByText('shop:high').waitFor();
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Release' })
    .getByText('In progress', { exact: true })
    .waitFor();
  expect(await barriers(page)).toEqual([]);

  await page.goto(at(`/pipelines/service/executions/${first}`));
  const approved = page.getByRole('listitem').filter({ hasText: 'Release' });
  await approved.getByText('by root').waitFor();
  await approved.getByText('Goes out').waitFor();
});

test('I8: each PARALLEL execution is reviewed on its own page', async () => {
  const { lab, page, at } = house;
  const first = await lab.createPipeline(
    'wide',
    [
      sourceStage('app'),
      { name: 'Gate', actions: [approval('Go', { configuration: { CustomData: 'Look at it first' } })] },
    ],
    { executionMode: 'PARALLEL' },
  );
  const { pipelineExecutionId: second = '' } = await lab.pipelines.send(
    new StartPipelineExecutionCommand({ name: 'wide' }),
  );
  for (const [id, answer, end] of [
    [second, 'Approve', 'Succeeded'],
    [first, 'Reject', 'Failed'],
  ] as const) {
    await page.goto(at(`/pipelines/wide/executions/${id}`));
    await page.getByText('Go waits for a decision').waitFor();
    await page.getByText('Look at it first').waitFor();
    await page.getByRole('button', { name: 'Review Go' }).click();
    await dialog().getByRole('button', { name: answer }).click();
    await lab.ended('wide', id, end);
    await page.getByText('Go waits for a decision').waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Review Go' }).count()).toBe(0);
  }
});

test('I8: an execution is stopped, at once or after what runs, with a reason', async () => {
  const { lab, page, at } = house;
  await using gate = await openGate();
  await lab.createProject('held', gate.buildspec);
  const id = await lab.createPipeline('stopped', [
    sourceStage('app'),
    { name: 'Build', actions: [build('Compile', 'held')] },
    { name: 'Gate', actions: [approval('Release')] },
  ]);
  await gate.arrived(1);
  await page.goto(at('/pipelines/stopped'));
  await action('Compile').getByText('In progress', { exact: true }).waitFor();
  await page.getByRole('button', { name: `Stop execution ${id.slice(0, 8)}` }).click();
  await dialog().getByRole('textbox', { name: 'Reason' }).fill('Wrong branch');
  await dialog().getByRole('button', { name: 'Stop execution' }).click();
  await page.getByRole('region', { name: 'Stage Build' }).getByText('Stopping', { exact: true }).waitFor();
  gate.release();
  await lab.ended('stopped', id, 'Stopped');
  await page
    .getByRole('region', { name: 'Stage Build' })
    .getByText('Stopped', { exact: true })
    .first()
    .waitFor();
  await page.goto(at(`/pipelines/stopped/executions/${id}`));
  await page.getByText(/Wrong branch/).waitFor();

  const { pipelineExecutionId: next = '' } = await lab.pipelines.send(
    new StartPipelineExecutionCommand({ name: 'stopped' }),
  );
  await gate.arrived(2);
  await page.goto(at(`/pipelines/stopped/executions/${next}`));
  await page.getByRole('button', { name: `Stop execution ${next.slice(0, 8)}` }).click();
  await dialog().getByRole('checkbox', { name: 'Abandon running actions' }).check();
  await dialog().getByRole('button', { name: 'Stop execution' }).click();
  const abandoned = await lab.ended('stopped', next, 'Stopped');
  expect(abandoned.status).toBe('Stopped');
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Compile' })
    .getByText('Abandoned', { exact: true })
    .waitFor();
});

test('I8: a failed stage says why and is retried from where one reads it', async () => {
  const { lab, page, at } = house;
  await using gate = await openGate();
  await lab.createProject('flaky', gate.buildspec);
  const id = await lab.createPipeline('retried', [
    sourceStage('app'),
    { name: 'Build', actions: [build('Compile', 'flaky')] },
  ]);
  await page.goto(at('/pipelines/retried'));
  await gate.arrived(1);
  gate.release('fail');
  await page.getByText('Compile failed in Build').waitFor();
  await page
    .getByText(/Error while executing command: curl .* exit status 22/)
    .first()
    .waitFor();
  expect(await barriers(page)).toEqual([]);

  await page.goto(at(`/pipelines/retried/executions/${id}`));
  await page.getByText('Compile failed in Build').waitFor();
  await page.getByRole('link', { name: 'Build and log of Compile' }).first().click();
  await page.getByText('Build failed', { exact: true }).waitFor();
  await page
    .getByText(/exit status 22/)
    .first()
    .waitFor();
  await page.getByRole('link', { name: 'Pipeline retried' }).click();

  await page.getByRole('button', { name: 'Retry failed actions of Build' }).first().click();
  await gate.arrived(2);
  await action('Compile').getByText('In progress', { exact: true }).waitFor();
  gate.release();
  await lab.ended('retried', id, 'Succeeded');
  await page.getByText('Nothing runs now.').waitFor();
  expect(await page.getByText('Compile failed in Build').count()).toBe(0);
});

test('I8: what the server refuses stands there in words', async () => {
  const { lab, page, at } = house;
  const stages = [sourceStage('app'), { name: 'Gate', actions: [approval('Release')] }];
  const id = await lab.createPipeline('refused', stages);
  await lab.until(
    async () => (await lab.stage('refused', 'Gate'))?.actionStates?.[0]?.latestExecution?.token,
  );
  await page.goto(at('/pipelines/refused'));
  await page.getByRole('button', { name: 'Disable transition into Gate' }).click();
  await dialog().getByRole('textbox', { name: 'Reason' }).fill('<script>');
  await dialog().getByRole('button', { name: 'Disable' }).click();
  await dialog().getByText('A reason cannot hold “<”.', { exact: true }).waitFor();
  await dialog().getByRole('textbox', { name: 'Reason' }).fill('Freeze');
  // Changed on its way, it is not what was signed any more.
  await page.route('**', (route) => {
    const sent = route.request().postData() ?? '';
    return route.continue(sent.includes('Freeze') ? { postData: sent.replace('Freeze', 'Thaw') } : {});
  });
  await dialog().getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('alert').filter({ hasText: 'The request failed' }).waitFor();
  await page.unroute('**');
  await dialog().getByRole('button', { name: 'Disable' }).click();
  await page.getByText(/Closed by root .*: Freeze/).waitFor();
  // Someone else closes it again meanwhile, with another reason: the page follows.
  await lab.pipelines.send(
    new DisableStageTransitionCommand({
      pipelineName: 'refused',
      stageName: 'Gate',
      transitionType: 'Inbound',
      reason: 'Longer freeze',
    }),
  );
  await page.getByText(/: Longer freeze/).waitFor();

  for (const [path, words] of [
    ['/pipelines/nothing', 'Not found'],
    [`/pipelines/refused/executions/${id.replace(/^./, 'x')}`, /Not found|The request failed/],
    ['/projects/nothing', 'There is no build project nothing.'],
    ['/builds/nothing/11111111-2222-3333-4444-555555555555', 'There is no build nothing:'],
    ['/report-groups/nothing', 'Not found'],
    ['/deployments/d-ABCDEFGHI', 'Not found'],
    ['/applications/nothing', 'Not found'],
    ['/repositories/nothing', 'Not found'],
    ['/repositories/app/tree/nowhere', 'There is no branch nowhere.'],
    ['/repositories/app/tree/main/no/such.txt', 'Not found'],
    [`/repositories/app/commit/${'0'.repeat(40)}`, 'Not found'],
    ['/nowhere', 'There is no such page'],
  ] as const) {
    await page.goto(at(path));
    await page.getByText(words).first().waitFor();
    expect(await barriers(page)).toEqual([]);
  }
});

test('A1: files, commits and what each changed', async () => {
  const { lab, page, at } = house;
  await lab.createRepository('texts');
  await page.goto(at('/repositories/texts'));
  await page.getByText('The repository is empty').waitFor();
  await lab.push('texts', {
    'README.md':
      '# The shop\n\nSells [things](https://example.com/).\n\n[no](javascript:alert(1)) <script>x</script>\n',
    'src/deep/main.js': 'const one = 1;\nconst two = 2;\n',
    'empty.txt': '',
  });
  await page.getByRole('heading', { name: 'The shop' }).waitFor();
  expect(await page.getByRole('link', { name: 'things' }).getAttribute('href')).toBe('https://example.com/');
  expect(await page.locator('[href^="javascript"]').count()).toBe(0);
  await page.getByText('<script>x</script>').waitFor();
  expect(await barriers(page)).toEqual([]);

  await page.getByRole('link', { name: 'src', exact: true }).click();
  await page.getByRole('link', { name: 'deep', exact: true }).click();
  await page.getByRole('link', { name: 'main.js' }).click();
  const text = page.getByRole('region', { name: 'Text of src/deep/main.js' });
  await text.getByText('const two = 2;').waitFor();
  await lab.push('texts', { 'src/deep/main.js': 'const one = 1;\nconst two = 3;\n' });
  await text.getByText('const two = 3;').waitFor();

  await page.goto(at('/repositories/texts/commits/main'));
  await page
    .getByRole('row', { name: /change src\/deep\/main.js/ })
    .getByRole('link')
    .click();
  const changes = page.getByRole('region', { name: 'Changes of src/deep/main.js' });
  await changes.locator('.pw-diff-removed', { hasText: 'const two = 2;' }).waitFor();
  await changes.locator('.pw-diff-added', { hasText: 'const two = 3;' }).waitFor();
  expect(await changes.locator('.pw-diff-added').count()).toBe(1);
  expect(await barriers(page)).toEqual([]);
  const { branch } = await lab.repositories.send(
    new GetBranchCommand({ repositoryName: 'texts', branchName: 'main' }),
  );
  expect(page.url()).toContain(branch?.commitId);
});

test('I8: signing out ends the session in every tab; an old link opens nothing', async () => {
  const { lab, page, browser, at } = house;
  const second = await browser.context.newPage();
  await second.goto(at('/pipelines'));
  await second.getByRole('link', { name: 'service' }).waitFor();
  await page.goto(at('/pipelines'));
  await page.getByRole('button', { name: /^Account / }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  expect(await barriers(page)).toEqual([]);
  await second.reload();
  await second.getByText('Sign in to Pipewright').waitFor();
  await second.close();

  const link = await lab.server.createConsoleLink();
  await lab.server.kernel.database.transaction((tx) => tx.execute('update console_links set expires_at = 0'));
  await using other = await openBrowser();
  await other.page.goto(link);
  await other.page.getByText('has been used before or is too old').waitFor();
  await other.page.goto(at('/pipelines/service'));
  await other.page.getByText('Sign in to Pipewright').waitFor();

  // The page that signed out takes a new link without more ado, and one that holds a dead session says so.
  await page.goto(await lab.server.createConsoleLink());
  await page.getByRole('link', { name: 'service' }).waitFor();
  await lab.server.kernel.database.transaction((tx) => tx.execute('delete from console_sessions'));
  await page.goto(at('/hosts'));
  await page.getByText('Sign in to Pipewright').waitFor();
  expect(browser.complaints).toEqual([]);
});
