import {
  CreateReportGroupCommand,
  DeleteProjectCommand,
  DeleteReportGroupCommand,
  StartBuildCommand,
  StopBuildCommand,
  UpdateProjectCommand,
} from '@aws-sdk/client-codebuild';
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  UpdateRepositoryDescriptionCommand,
} from '@aws-sdk/client-codecommit';
import {
  AddTagsToOnPremisesInstancesCommand,
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentGroupCommand,
  DeleteApplicationCommand,
  DeleteDeploymentGroupCommand,
  DeregisterOnPremisesInstanceCommand,
  RegisterOnPremisesInstanceCommand,
  UpdateApplicationCommand,
  UpdateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import {
  DeletePipelineCommand,
  GetPipelineCommand,
  type PipelineDeclaration,
  UpdatePipelineCommand,
} from '@aws-sdk/client-codepipeline';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { approval, build, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';
import { type House, openHouse } from './house.ts';

vi.setConfig({ testTimeout: 300_000 });

let house: House;
let deploy: CodeDeployClient;

beforeAll(async () => {
  house = await openHouse();
  deploy = new CodeDeployClient(house.lab.server.clientConfig);
  await house.lab.createRepository('app');
  await house.lab.push('app', { 'a.txt': 'one\n' });
  await house.lab.createProject('pass', 'version: 0.2\nphases: {build: {commands: ["true"]}}\n');
});

afterAll(async () => {
  deploy.destroy();
  await house[Symbol.asyncDispose]();
});

/** Opens a page once; what follows must come by push, since the mark would go with a reload. */
async function open(path: string, ready: string): Promise<void> {
  const { page } = house;
  await page.goto(house.at(path));
  await page.getByText(ready).first().waitFor();
  await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));
}

const neverReloaded = (): Promise<boolean> => house.page.evaluate(() => 'neverReloaded' in globalThis);

const row = (name: RegExp): Locator => house.page.getByRole('row', { name });
const gone = (place: Locator): Promise<void> => place.waitFor({ state: 'detached' });

test('I8.3: pipelines come, change and go while one looks', async () => {
  const { lab, page } = house;
  await open('/pipelines', 'No pipelines yet');
  const gate = [{ name: 'Gate', actions: [approval('Release')] }];
  await lab.createPipeline('service', [sourceStage('app'), ...gate], { pipelineType: 'V1' });
  await row(/service/)
    .getByText('V1')
    .waitFor();
  await row(/service/)
    .getByText('Waits for a decision')
    .waitFor();

  const { pipeline } = await lab.pipelines.send(new GetPipelineCommand({ name: 'service' }));
  const changed = { ...pipeline, pipelineType: 'V2' } as PipelineDeclaration;
  await lab.pipelines.send(new UpdatePipelineCommand({ pipeline: changed }));
  await row(/service/)
    .getByText('V2')
    .waitFor();

  await lab.pipelines.send(new DeletePipelineCommand({ name: 'service' }));
  await page.getByText('No pipelines yet').waitFor();
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: one pipeline follows its definition, its transitions and its end', async () => {
  const { lab, page } = house;
  const stages = [sourceStage('app'), { name: 'Gate', actions: [approval('Release')] }];
  await lab.createPipeline('other', stages);
  await open('/pipelines/other', 'Version 1');
  await page.getByRole('region', { name: 'Stage Gate' }).waitFor();
  const { pipeline } = await lab.pipelines.send(new GetPipelineCommand({ name: 'other' }));
  const more = { name: 'Late', actions: [build('Compile', 'pass')] };
  const changed = { ...pipeline, stages: [...(pipeline?.stages ?? []), more] } as PipelineDeclaration;
  await lab.pipelines.send(new UpdatePipelineCommand({ pipeline: changed }));
  await page.getByRole('region', { name: 'Stage Late' }).waitFor();
  await page.getByText('Version 2').waitFor();

  await lab.pipelines.send(new DeletePipelineCommand({ name: 'other' }));
  await page.getByText('It was deleted meanwhile').waitFor();
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: repositories come, change and go while one looks', async () => {
  const { lab } = house;
  const repositoryName = 'fresh';
  await open('/repositories', 'app');
  await lab.repositories.send(new CreateRepositoryCommand({ repositoryName }));
  await row(/fresh/).waitFor();
  await lab.repositories.send(
    new UpdateRepositoryDescriptionCommand({ repositoryName, repositoryDescription: 'What it is for' }),
  );
  await row(/fresh/).getByText('What it is for').waitFor();
  await lab.repositories.send(new DeleteRepositoryCommand({ repositoryName }));
  await gone(row(/fresh/));
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: the files of a repository follow a push', async () => {
  const { lab, page } = house;
  await open('/repositories/app', 'a.txt');
  await lab.push('app', { 'new/folder/b.txt': 'two\n', 'README.md': '# The *app*\n\n<b>not bold</b>\n' });
  await page.getByRole('link', { name: 'new', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'The app' }).waitFor();
  await page.getByText('<b>not bold</b>').waitFor();
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: projects come, change and go while one looks', async () => {
  const { lab } = house;
  await open('/projects', 'pass');
  await lab.createProject('fresh', 'version: 0.2\nphases: {build: {commands: ["true"]}}\n');
  await row(/fresh/).waitFor();
  await lab.builds.send(new UpdateProjectCommand({ name: 'fresh', description: 'Says what it does' }));
  await row(/fresh/).getByText('Says what it does').waitFor();
  await lab.builds.send(new DeleteProjectCommand({ name: 'fresh' }));
  await gone(row(/fresh/));
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: builds start and end while one looks', async () => {
  const { lab } = house;
  await using gate = await openGate();
  await lab.createProject('held', gate.buildspec, {
    source: { type: 'NO_SOURCE', buildspec: gate.buildspec },
    artifacts: { type: 'NO_ARTIFACTS' },
  });
  await open('/builds', 'All builds');
  const { build: first } = await lab.builds.send(new StartBuildCommand({ projectName: 'held' }));
  await row(/held #1/)
    .getByText('In progress')
    .waitFor();
  await gate.arrived(1);
  await lab.builds.send(new StopBuildCommand({ id: first?.id }));
  await row(/held #1/)
    .getByText('Stopped')
    .waitFor();
  await lab.builds.send(new StartBuildCommand({ projectName: 'held' }));
  await gate.arrived(2);
  gate.release();
  await row(/held #2/)
    .getByText('Succeeded')
    .waitFor();
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: report groups come and go while one looks, and so do their reports', async () => {
  const { lab, page } = house;
  await open('/report-groups', 'No test reports yet');
  const { reportGroup } = await lab.builds.send(
    new CreateReportGroupCommand({
      name: 'by-hand',
      type: 'TEST',
      exportConfig: { exportConfigType: 'NO_EXPORT' },
    }),
  );
  await row(/by-hand/).waitFor();
  const buildspec = `version: 0.2
phases:
  build:
    commands:
      - echo '<testsuite><testcase classname="a" name="b"/><testcase name="c"><failure/></testcase></testsuite>' > r.xml
reports:
  unit: {files: [r.xml]}
`;
  await lab.createProject('tests', buildspec, {
    source: { type: 'NO_SOURCE', buildspec },
    artifacts: { type: 'NO_ARTIFACTS' },
  });
  await lab.builds.send(new StartBuildCommand({ projectName: 'tests' }));
  await row(/tests-unit/)
    .getByText('50.0 %')
    .waitFor();
  await lab.builds.send(new DeleteReportGroupCommand({ arn: reportGroup?.arn }));
  await gone(row(/by-hand/));

  await row(/tests-unit/)
    .getByRole('link')
    .click();
  await page.getByRole('heading', { name: 'tests-unit' }).waitFor();
  await row(/Failed/).waitFor();
  await lab.builds.send(new StartBuildCommand({ projectName: 'tests' }));
  await row(/Failed/)
    .nth(1)
    .waitFor();
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: applications and their groups come, change and go while one looks', async () => {
  const { lab, page } = house;
  const applicationName = 'shop';
  await open('/applications', 'No applications yet');
  await deploy.send(new CreateApplicationCommand({ applicationName }));
  await row(/shop/).waitFor();
  const group = {
    applicationName,
    serviceRoleArn: await lab.roleFor('deploy', 'codedeploy.amazonaws.com'),
    onPremisesInstanceTagFilters: [{ Key: 'role', Value: 'web', Type: 'KEY_AND_VALUE' as const }],
  };
  await deploy.send(new CreateDeploymentGroupCommand({ ...group, deploymentGroupName: 'web' }));
  await row(/shop/).getByText('web').waitFor();

  await row(/shop/).getByRole('link').click();
  await row(/web/).getByText('role=web').waitFor();
  await deploy.send(
    new UpdateDeploymentGroupCommand({
      applicationName,
      currentDeploymentGroupName: 'web',
      onPremisesInstanceTagFilters: [{ Key: 'tier', Value: 'front', Type: 'KEY_AND_VALUE' }],
    }),
  );
  await row(/web/).getByText('tier=front').waitFor();
  await deploy.send(new DeleteDeploymentGroupCommand({ applicationName, deploymentGroupName: 'web' }));
  await page.getByText('No groups yet').waitFor();

  await page.getByRole('navigation').getByRole('link', { name: 'Applications' }).first().click();
  await deploy.send(new UpdateApplicationCommand({ applicationName, newApplicationName: 'market' }));
  await row(/market/).waitFor();
  await deploy.send(new DeleteApplicationCommand({ applicationName: 'market' }));
  await page.getByText('No applications yet').waitFor();
  expect(await neverReloaded()).toBe(true);
});

test('I8.3: hosts come and go while one looks', async () => {
  const { page } = house;
  await open('/hosts', 'No hosts yet');
  const instanceName = 'web-1';
  const iamUserArn = 'arn:aws:iam::111111111111:user/ada';
  await deploy.send(new RegisterOnPremisesInstanceCommand({ instanceName, iamUserArn }));
  await row(/web-1/).getByText('Registered').waitFor();
  const tags = { instanceNames: [instanceName], tags: [{ Key: 'role', Value: 'web' }] };
  await deploy.send(new AddTagsToOnPremisesInstancesCommand(tags));
  await row(/web-1/).getByText('role=web').waitFor();
  await deploy.send(new DeregisterOnPremisesInstanceCommand({ instanceName }));
  await page.getByText('Deregistered').waitFor();
  expect(await neverReloaded()).toBe(true);
  expect(house.browser.complaints).toEqual([]);
});
