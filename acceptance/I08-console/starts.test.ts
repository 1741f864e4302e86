import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { approval, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';
import { runCli } from '../I09-command-line/cli.ts';
import { barriers } from './browser.ts';
import { type House, openHouse } from './house.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let house: House;
let events: EventBridgeClient;
let arn: string;

const SETTLED = { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'false' };

beforeAll(async () => {
  house = await openHouse();
  const { lab } = house;
  events = new EventBridgeClient(lab.server.clientConfig);
  const { region, account } = {
    region: lab.server.clientConfig.region,
    account: lab.pipelineRole.split(':')[4],
  };
  arn = `arn:aws:codepipeline:${region}:${account}:still`;
  await lab.createRepository('app');
  await lab.push('app', { 'a.txt': 'one\n' });
  await lab.createPipeline('still', [
    sourceStage('app', { configuration: SETTLED }),
    { name: 'Gate', actions: [approval('Release')] },
  ]);
});

afterAll(async () => {
  events.destroy();
  await house[Symbol.asyncDispose]();
});

/** Every field of a push that one can know beforehand, so that what the page holds it against is what happens. */
function pushTo(branch: string): string {
  const [, , , region, account] = arn.split(':');
  return JSON.stringify({
    source: ['aws.codecommit'],
    'detail-type': ['CodeCommit Repository State Change'],
    account: [account],
    region: [region],
    resources: [`arn:aws:codecommit:${region}:${account}:app`],
    detail: {
      event: ['referenceUpdated'],
      repositoryName: ['app'],
      referenceType: ['branch'],
      referenceName: [branch],
      referenceFullName: [`refs/heads/${branch}`],
      commitId: [{ exists: true }],
      oldCommitId: [{ exists: true }],
      callerUserArn: [{ exists: true }],
      repositoryId: [{ exists: true }],
    },
  });
}

async function putRule(Name: string, EventPattern: string): Promise<void> {
  await events.send(new PutRuleCommand({ Name, EventPattern }));
  await events.send(
    new PutTargetsCommand({
      Rule: Name,
      Targets: [{ Id: 'pipeline', Arn: arn, RoleArn: house.lab.pipelineRole }],
    }),
  );
}

const executions = async () => (await house.lab.executions('still')).length;

test('A4: a pipeline says why nothing starts it by itself, on its page and on the command line', async () => {
  const { page, lab } = house;
  await page.goto(house.at('/pipelines/still'));
  const starts = page.getByRole('region', { name: 'What starts this pipeline' });
  await starts.getByText('Nothing starts this pipeline by itself').waitFor();
  await starts.getByText('PollForSourceChanges is false in Checkout, and no event rule').waitFor();
  expect(await barriers(page)).toEqual([]);
  const told = await runCli(['status', 'still'], lab.server.env);
  expect(told).toMatchObject({ code: 0 });
  expect(told.stdout).toContain('What starts it:\n  – Nothing starts this pipeline by itself');
  expect(told.stdout).toContain('PollForSourceChanges is false in Checkout, and no event rule');
});

test('A4: rules show on the open page as they are made, with the filter that is not met, and what it says is true', async () => {
  const { page, lab } = house;
  const starts = page.getByRole('region', { name: 'What starts this pipeline' });
  await putRule('on-develop', pushTo('develop'));
  await starts.getByText('Rule on-develop does not fit a push to branch main of app').waitFor();
  await starts.getByText('detail.referenceName is "main", the pattern wants "develop"').waitFor();
  const before = await executions();
  await lab.push('app', { 'a.txt': 'two\n' });

  await events.send(new CreateEventBusCommand({ Name: 'shop' }));
  await putRule('on-main', pushTo('main'));
  await starts.getByText('Rule on-main starts it at a push to branch main of app.').waitFor();
  expect(await starts.getByText('Nothing starts this pipeline by itself').count()).toBe(0);
  const id = await lab.push('app', { 'a.txt': 'three\n' });
  const [latest] = await lab.until(async () => {
    const all = await lab.executions('still');
    return all.length > before && all[0]?.sourceRevisions?.[0]?.revisionId === id && all;
  });
  // The push before it started nothing: neither the rule that does not fit nor the source did.
  expect(await executions()).toBe(before + 1);
  expect(latest?.trigger).toMatchObject({ triggerType: 'CloudWatchEvent' });
  const json = JSON.parse((await runCli(['status', 'still', '--json'], lab.server.env)).stdout) as {
    starts: { tone: string; text: string }[];
  };
  expect(json.starts).toContainEqual({
    tone: 'starts',
    text: 'Rule on-main starts it at a push to branch main of app.',
  });

  await events.send(new DisableRuleCommand({ Name: 'on-main' }));
  await starts.getByText('but the rule is disabled').waitFor();
  await starts.getByText('Nothing starts this pipeline by itself').waitFor();
  expect(house.browser.complaints).toEqual([]);
});
