import { StartBuildCommand } from '@aws-sdk/client-codebuild';
import { StartPipelineExecutionCommand, StopPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { approval, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';
import { buildPage, type House, openHouse } from './house.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let house: House;

beforeAll(async () => {
  house = await openHouse();
  const { lab } = house;
  await lab.createRepository('app');
  await lab.push('app', { 'a.txt': 'one\n' });
  await lab.createPipeline('gated', [sourceStage('app'), { name: 'Gate', actions: [approval('Release')] }]);
});

afterAll(() => house[Symbol.asyncDispose]());

test('I8: a running build is stopped only after one was asked, and the focus comes back when one declines', async () => {
  const { lab, page } = house;
  await using gate = await openGate();
  await lab.createProject('held', gate.buildspec, {
    source: { type: 'NO_SOURCE', buildspec: gate.buildspec },
    artifacts: { type: 'NO_ARTIFACTS' },
  });
  const { build } = await lab.builds.send(new StartBuildCommand({ projectName: 'held' }));
  await gate.arrived(1);
  await page.goto(house.at(`${buildPage(build)}?tab=no-such-tab`));
  // An address with a tab that does not exist shows the first one.
  await page.getByRole('region', { name: 'Log of held #1' }).waitFor();
  const stop = page.getByRole('button', { name: 'Stop build' });
  await stop.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Stop this build?' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await stop.and(page.locator(':focus')).waitFor();
  expect(await page.getByText('The build is stopping').count()).toBe(0);
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
  // A reader of the screen is told the same a moment later, in a place of its own.
  await page.getByText('The build is stopping').first().waitFor();
  await page.getByText('Stopped', { exact: true }).first().waitFor();
});

test('B3: a superseded execution links to the one that overtook it; a stopped one says why', async () => {
  const { lab, page } = house;
  await lab.until(async () => (await lab.stage('gated', 'Gate'))?.actionStates?.[0]?.latestExecution?.token);
  const start = async () => {
    const { pipelineExecutionId: id = '' } = await lab.pipelines.send(
      new StartPipelineExecutionCommand({ name: 'gated' }),
    );
    await lab.until(async () => {
      const stage = await lab.stage('gated', 'Gate');
      return stage?.inboundExecutions?.some((each) => each.pipelineExecutionId === id);
    });
    return id;
  };
  const overtaken = await start();
  const overtaker = await start();
  await lab.ended('gated', overtaken, 'Superseded');
  await page.goto(house.at(`/pipelines/gated/executions/${overtaken}`));
  await page.getByText('A newer execution overtook this one').first().waitFor();
  await page.getByRole('link', { name: `Execution ${overtaker.slice(0, 8)}` }).click();
  await page.getByRole('heading', { name: `Execution ${overtaker.slice(0, 8)}` }).waitFor();
  expect(page.url()).toContain(overtaker);
  await lab.pipelines.send(
    new StopPipelineExecutionCommand({
      pipelineName: 'gated',
      pipelineExecutionId: overtaker,
      reason: 'Wrong branch',
    }),
  );
  await page.getByText('Wrong branch').first().waitFor();
  expect(house.browser.complaints).toEqual([]);
});

test('I8: a page whose code does not come says that the server does not answer, and loads when it does', async () => {
  const { page } = house;
  await page.goto(house.at('/pipelines'));
  await page.getByRole('link', { name: 'gated' }).waitFor();
  const code = /\/assets\/hosts-page-/;
  await page.route(code, (route) => route.abort('connectionrefused'));
  await page.getByRole('link', { name: 'Hosts', exact: true }).click();
  await page.getByText('The page could not be loaded').first().waitFor();
  await page.unroute(code);
  await page.getByRole('button', { name: 'Load it again' }).click();
  await page.getByText('No hosts yet').waitFor();
  expect(await page.getByText('The page could not be loaded').count()).toBe(0);
});
