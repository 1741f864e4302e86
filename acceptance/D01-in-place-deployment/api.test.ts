import {
  AddTagsToOnPremisesInstancesCommand,
  BatchGetApplicationRevisionsCommand,
  BatchGetApplicationsCommand,
  BatchGetDeploymentGroupsCommand,
  BatchGetDeploymentInstancesCommand,
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  BatchGetOnPremisesInstancesCommand,
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentConfigCommand,
  DeleteApplicationCommand,
  DeleteDeploymentConfigCommand,
  DeleteDeploymentGroupCommand,
  DeregisterOnPremisesInstanceCommand,
  GetApplicationCommand,
  GetApplicationRevisionCommand,
  GetDeploymentCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  GetDeploymentInstanceCommand,
  GetDeploymentTargetCommand,
  GetOnPremisesInstanceCommand,
  ListApplicationRevisionsCommand,
  ListApplicationsCommand,
  ListDeploymentConfigsCommand,
  ListDeploymentGroupsCommand,
  ListDeploymentInstancesCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
  ListOnPremisesInstancesCommand,
  ListTagsForResourceCommand,
  RegisterApplicationRevisionCommand,
  RegisterOnPremisesInstanceCommand,
  RemoveTagsFromOnPremisesInstancesCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApplicationCommand,
  UpdateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEachDatabase } from '../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_REGION } from '../../testkit/support/test-context.ts';
import { bundle, openWorld, read, type World } from './world.ts';

describeEachDatabase('the API of deployments', (newPlace) => {
  let world: World;
  let send: CodeDeployClient['send'];
  let close: () => Promise<void>;
  beforeAll(async () => {
    const place = await newPlace();
    world = await openWorld(place);
    send = world.codedeploy.send.bind(world.codedeploy);
    close = async () => {
      await world[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    };
  });
  afterAll(() => close());

  const rejects = (command: Promise<unknown>, name: string) =>
    expect(command).rejects.toMatchObject({ name });

  test('applications: create, get, list in pages, rename, delete', async () => {
    for (let n = 0; n < 101; n++) {
      await send(new CreateApplicationCommand({ applicationName: `many-${String(n).padStart(3, '0')}` }));
    }
    const one = await send(new ListApplicationsCommand({}));
    const two = await send(new ListApplicationsCommand({ nextToken: one.nextToken }));
    const all = [...(one.applications ?? []), ...(two.applications ?? [])];
    expect(one.applications).toHaveLength(100);
    expect(new Set(all).size).toBe(102);
    expect(two.nextToken).toBeUndefined();
    await rejects(send(new ListApplicationsCommand({ nextToken: 'x' })), 'InvalidNextTokenException');
    await rejects(
      send(new ListDeploymentConfigsCommand({ nextToken: one.nextToken })),
      'InvalidNextTokenException',
    );
    await rejects(
      send(new CreateApplicationCommand({ applicationName: 'app' })),
      'ApplicationAlreadyExistsException',
    );
    await rejects(
      send(new CreateApplicationCommand({ applicationName: 'a b' })),
      'InvalidApplicationNameException',
    );
    await rejects(
      send(new CreateApplicationCommand({ applicationName: 'l', computePlatform: 'Lambda' })),
      'InvalidComputePlatformException',
    );
    await send(new UpdateApplicationCommand({ applicationName: 'many-000', newApplicationName: 'renamed' }));
    const got = await send(new GetApplicationCommand({ applicationName: 'renamed' }));
    expect(got.application).toMatchObject({
      applicationName: 'renamed',
      computePlatform: 'Server',
      linkedToGitHub: false,
    });
    await rejects(
      send(new GetApplicationCommand({ applicationName: 'many-000' })),
      'ApplicationDoesNotExistException',
    );
    const batch = await send(new BatchGetApplicationsCommand({ applicationNames: ['app', 'renamed'] }));
    expect(batch.applicationsInfo?.map((info) => info.applicationName)).toEqual(['app', 'renamed']);
    await send(new DeleteApplicationCommand({ applicationName: 'renamed' }));
    await send(new DeleteApplicationCommand({ applicationName: 'renamed' }));
    await rejects(
      send(new GetApplicationCommand({ applicationName: 'renamed' })),
      'ApplicationDoesNotExistException',
    );
  });

  test('deployment groups: create, get, rename, list, delete; roles and configurations must exist', async () => {
    await world.group({ deploymentGroupName: 'g1', tags: [{ Key: 'team', Value: 'web' }] });
    await rejects(world.group({ deploymentGroupName: 'g1' }), 'DeploymentGroupAlreadyExistsException');
    await rejects(
      world.group({ deploymentGroupName: 'g2', serviceRoleArn: `arn:aws:iam::${TEST_ACCOUNT}:role/none` }),
      'InvalidRoleException',
    );
    await rejects(
      world.group({ deploymentGroupName: 'g2', deploymentConfigName: 'none' }),
      'DeploymentConfigDoesNotExistException',
    );
    await rejects(
      world.group({ deploymentGroupName: 'g2', deploymentStyle: { deploymentType: 'BLUE_GREEN' } }),
      'InvalidDeploymentStyleException',
    );
    await send(
      new UpdateDeploymentGroupCommand({
        applicationName: 'app',
        currentDeploymentGroupName: 'g1',
        newDeploymentGroupName: 'g3',
        deploymentConfigName: 'CodeDeployDefault.AllAtOnce',
      }),
    );
    const { deploymentGroupInfo } = await send(
      new GetDeploymentGroupCommand({ applicationName: 'app', deploymentGroupName: 'g3' }),
    );
    expect(deploymentGroupInfo).toMatchObject({
      deploymentConfigName: 'CodeDeployDefault.AllAtOnce',
      onPremisesInstanceTagFilters: [{ Key: 'Name', Value: 'Rpi4', Type: 'KEY_AND_VALUE' }],
      deploymentStyle: { deploymentType: 'IN_PLACE', deploymentOption: 'WITHOUT_TRAFFIC_CONTROL' },
    });
    const listed = await send(new ListDeploymentGroupsCommand({ applicationName: 'app' }));
    expect(listed.deploymentGroups).toEqual(['g3']);
    const batch = await send(
      new BatchGetDeploymentGroupsCommand({ applicationName: 'app', deploymentGroupNames: ['g3', 'none'] }),
    );
    expect(batch.deploymentGroupsInfo).toHaveLength(1);
    expect(batch.errorMessage).toContain('none');
    const arn = `arn:aws:codedeploy:${TEST_REGION}:${TEST_ACCOUNT}:deploymentgroup:app/g3`;
    await send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'a', Value: '1' }] }));
    await send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['team'] }));
    expect((await send(new ListTagsForResourceCommand({ ResourceArn: arn }))).Tags).toEqual([
      { Key: 'a', Value: '1' },
    ]);
    await rejects(
      send(new ListTagsForResourceCommand({ ResourceArn: 'arn:aws:s3:::x' })),
      'InvalidArnException',
    );
    await send(new DeleteDeploymentGroupCommand({ applicationName: 'app', deploymentGroupName: 'g3' }));
    await rejects(
      send(new GetDeploymentGroupCommand({ applicationName: 'app', deploymentGroupName: 'g3' })),
      'DeploymentGroupDoesNotExistException',
    );
  });

  test('deployment configurations: built in and custom', async () => {
    const minimumHealthyHosts = { type: 'HOST_COUNT', value: 2 } as const;
    await send(new CreateDeploymentConfigCommand({ deploymentConfigName: 'mine', minimumHealthyHosts }));
    const { deploymentConfigInfo } = await send(
      new GetDeploymentConfigCommand({ deploymentConfigName: 'mine' }),
    );
    expect(deploymentConfigInfo).toMatchObject({ minimumHealthyHosts, computePlatform: 'Server' });
    const one = await send(
      new GetDeploymentConfigCommand({ deploymentConfigName: 'CodeDeployDefault.OneAtATime' }),
    );
    expect(one.deploymentConfigInfo?.minimumHealthyHosts).toEqual({ type: 'FLEET_PERCENT', value: 99 });
    expect((await send(new ListDeploymentConfigsCommand({}))).deploymentConfigsList).toEqual([
      'CodeDeployDefault.AllAtOnce',
      'CodeDeployDefault.HalfAtATime',
      'CodeDeployDefault.OneAtATime',
      'mine',
    ]);
    await rejects(
      send(new CreateDeploymentConfigCommand({ deploymentConfigName: 'mine', minimumHealthyHosts })),
      'DeploymentConfigAlreadyExistsException',
    );
    await rejects(
      send(
        new CreateDeploymentConfigCommand({
          deploymentConfigName: 'CodeDeployDefault.X',
          minimumHealthyHosts,
        }),
      ),
      'InvalidDeploymentConfigNameException',
    );
    await rejects(
      send(
        new CreateDeploymentConfigCommand({
          deploymentConfigName: 'x',
          minimumHealthyHosts: { type: 'FLEET_PERCENT', value: 101 },
        }),
      ),
      'InvalidMinimumHealthyHostValueException',
    );
    await world.group({ deploymentGroupName: 'user', deploymentConfigName: 'mine' });
    await rejects(
      send(new DeleteDeploymentConfigCommand({ deploymentConfigName: 'mine' })),
      'DeploymentConfigInUseException',
    );
    await send(new DeleteDeploymentGroupCommand({ applicationName: 'app', deploymentGroupName: 'user' }));
    await send(new DeleteDeploymentConfigCommand({ deploymentConfigName: 'mine' }));
    await rejects(
      send(new GetDeploymentConfigCommand({ deploymentConfigName: 'mine' })),
      'DeploymentConfigDoesNotExistException',
    );
  });

  test('on-premises instances: register, tag, list by tag, deregister (D1.2, D1.5)', async () => {
    const iamUserArn = `arn:aws:iam::${TEST_ACCOUNT}:user/host`;
    await send(new RegisterOnPremisesInstanceCommand({ instanceName: 'box', iamUserArn }));
    await rejects(
      send(new RegisterOnPremisesInstanceCommand({ instanceName: 'box', iamUserArn })),
      'InstanceNameAlreadyRegisteredException',
    );
    await rejects(
      send(new RegisterOnPremisesInstanceCommand({ instanceName: 'box2' })),
      'IamArnRequiredException',
    );
    const tags = [{ Key: 'Kind', Value: 'lab' }];
    await send(new AddTagsToOnPremisesInstancesCommand({ instanceNames: ['box'], tags }));
    const { instanceInfo } = await send(new GetOnPremisesInstanceCommand({ instanceName: 'box' }));
    expect(instanceInfo).toMatchObject({ instanceName: 'box', iamUserArn, tags });
    const filters = { tagFilters: [{ Key: 'Kind', Type: 'KEY_ONLY' as const }] };
    expect((await send(new ListOnPremisesInstancesCommand(filters))).instanceNames).toEqual(['box']);
    await rejects(
      send(new AddTagsToOnPremisesInstancesCommand({ instanceNames: ['none'], tags })),
      'InstanceNotRegisteredException',
    );
    await send(new RemoveTagsFromOnPremisesInstancesCommand({ instanceNames: ['box'], tags }));
    expect((await send(new ListOnPremisesInstancesCommand(filters))).instanceNames).toEqual([]);
    await send(new DeregisterOnPremisesInstanceCommand({ instanceName: 'box' }));
    const batch = await send(new BatchGetOnPremisesInstancesCommand({ instanceNames: ['box', 'none'] }));
    expect(batch.instanceInfos).toMatchObject([
      { instanceName: 'box', deregisterTime: expect.any(Date), tags: [] },
    ]);
    expect(
      (await send(new ListOnPremisesInstancesCommand({ registrationStatus: 'Registered' }))).instanceNames,
    ).toEqual([]);
  });

  test('revisions and deployments: made, listed, looked at from every side', async () => {
    await world.group();
    const host = world.host('h1');
    await world.until(
      async () =>
        (await send(new ListOnPremisesInstancesCommand({ registrationStatus: 'Registered' }))).instanceNames
          ?.length === 1,
    );
    const revision = await world.revision(bundle({}, { 'web/v': '1' }));
    await send(
      new RegisterApplicationRevisionCommand({ applicationName: 'app', revision, description: 'first' }),
    );
    const registered = await send(new GetApplicationRevisionCommand({ applicationName: 'app', revision }));
    expect(registered.revisionInfo).toMatchObject({ description: 'first', deploymentGroups: [] });
    expect(registered.revisionInfo?.firstUsedTime).toBeUndefined();
    const base = { applicationName: 'app', deploymentGroupName: 'fleet' };
    for (const [settings, name] of [
      [{ applicationName: 'none' }, 'ApplicationDoesNotExistException'],
      [{ deploymentGroupName: 'none' }, 'DeploymentGroupDoesNotExistException'],
      [{ deploymentConfigName: 'none' }, 'DeploymentConfigDoesNotExistException'],
      [{ revision: undefined }, 'RevisionRequiredException'],
      [{ revision: { revisionType: 'GitHub' as const, gitHubLocation: {} } }, 'InvalidRevisionException'],
      [
        {
          revision: { revisionType: 'S3' as const, s3Location: { ...revision.s3Location, key: 'none.zip' } },
        },
        'RevisionDoesNotExistException',
      ],
    ] as const) {
      await rejects(send(new CreateDeploymentCommand({ ...base, revision, ...settings })), name);
    }
    const { deploymentId = '' } = await send(
      new CreateDeploymentCommand({ ...base, revision, description: 'why' }),
    );
    expect(deploymentId).toMatch(/^d-[0-9A-Z]{9}$/);
    const info = await world.ended(deploymentId);
    expect(info).toMatchObject({ status: 'Succeeded', description: 'why', fileExistsBehavior: 'DISALLOW' });
    expect(read(host, 'srv/app/v')).toBe('1');

    const pinned = info.revision as NonNullable<typeof info.revision>;
    expect(pinned.s3Location?.version).toBeTruthy();
    const batch = await send(
      new BatchGetApplicationRevisionsCommand({ applicationName: 'app', revisions: [pinned] }),
    );
    expect(batch.revisions?.[0]?.genericRevisionInfo).toMatchObject({
      deploymentGroups: ['fleet'],
      firstUsedTime: expect.any(Date),
    });
    const current = await send(
      new ListApplicationRevisionsCommand({ applicationName: 'app', deployed: 'include' }),
    );
    expect(current.revisions).toEqual([pinned]);
    const other = await send(
      new ListApplicationRevisionsCommand({ applicationName: 'app', deployed: 'exclude' }),
    );
    expect(other.revisions).toHaveLength(1);

    // Without a revision the group's own is deployed again; outdated hosts only: there are none.
    const again = await send(new CreateDeploymentCommand({ ...base, updateOutdatedInstancesOnly: true }));
    const nothing = await world.ended(again.deploymentId as string);
    expect(nothing).toMatchObject({ status: 'Succeeded', deploymentOverview: { Succeeded: 0 } });
    expect(nothing.deploymentStatusMessages?.[0]).toContain('has this revision already');

    const list = await send(new ListDeploymentsCommand({ ...base, includeOnlyStatuses: ['Succeeded'] }));
    expect(list.deployments).toEqual([again.deploymentId, deploymentId]);
    expect((await send(new ListDeploymentsCommand({ includeOnlyStatuses: ['Failed'] }))).deployments).toEqual(
      [],
    );
    const range = { start: new Date(0), end: new Date(1000) };
    expect((await send(new ListDeploymentsCommand({ createTimeRange: range }))).deployments).toEqual([]);
    await rejects(
      send(new ListDeploymentsCommand({ createTimeRange: { start: range.end, end: range.start } })),
      'InvalidTimeRangeException',
    );
    expect((await send(new ListDeploymentsCommand({ externalId: 'stack' }))).deployments).toEqual([]);
    const both = await send(new BatchGetDeploymentsCommand({ deploymentIds: [deploymentId, 'd-000000000'] }));
    expect(both.deploymentsInfo).toHaveLength(1);
    await rejects(
      send(new GetDeploymentCommand({ deploymentId: 'd-000000000' })),
      'DeploymentDoesNotExistException',
    );
    await rejects(send(new GetDeploymentCommand({ deploymentId: 'x' })), 'InvalidDeploymentIdException');

    expect((await send(new ListDeploymentTargetsCommand({ deploymentId }))).targetIds).toEqual(['h1']);
    const failed = { targetFilters: { TargetStatus: ['Failed'] } };
    expect((await send(new ListDeploymentTargetsCommand({ deploymentId, ...failed }))).targetIds).toEqual([]);
    const targets = await send(new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds: ['h1'] }));
    expect(targets.deploymentTargets?.[0]?.instanceTarget?.lifecycleEvents).toHaveLength(7);
    await rejects(
      send(new GetDeploymentTargetCommand({ deploymentId, targetId: 'none' })),
      'DeploymentTargetDoesNotExistException',
    );
    expect((await send(new ListDeploymentInstancesCommand({ deploymentId }))).instancesList).toEqual(['h1']);
    const { instanceSummary } = await send(
      new GetDeploymentInstanceCommand({ deploymentId, instanceId: 'h1' }),
    );
    expect(instanceSummary).toMatchObject({ instanceId: 'h1', status: 'Succeeded' });
    const summaries = await send(
      new BatchGetDeploymentInstancesCommand({ deploymentId, instanceIds: ['h1'] }),
    );
    expect(summaries.instancesSummary).toHaveLength(1);
    const group = await send(new GetDeploymentGroupCommand(base));
    expect(group.deploymentGroupInfo).toMatchObject({
      targetRevision: pinned,
      lastSuccessfulDeployment: { status: 'Succeeded' },
    });
  });

  test('one deployment of a group runs at a time (D1.17); another account sees nothing', async () => {
    await world.group({
      deploymentGroupName: 'busy',
      onPremisesInstanceTagFilters: [{ Key: 'Name', Type: 'KEY_ONLY' }],
    });
    const files = bundle({ BeforeInstall: 'while test ! -e "$PIPEWRIGHT_ROOT/go"; do sleep 0.1; done' });
    const id = await world.deploy(files, { deploymentGroupName: 'busy', fileExistsBehavior: 'OVERWRITE' });
    const second = world.deploy(files, { deploymentGroupName: 'busy' });
    await expect(second).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
      message: `The Deployment Group 'busy' already has an active Deployment '${id}'`,
    });
    const foreign = new CodeDeployClient(await world.rootOf('222222222222'));
    await rejects(
      foreign.send(new GetDeploymentCommand({ deploymentId: id })),
      'DeploymentDoesNotExistException',
    );
    expect((await foreign.send(new ListDeploymentsCommand({}))).deployments).toEqual([]);
    expect((await foreign.send(new ListOnPremisesInstancesCommand({}))).instanceNames).toEqual([]);
    world.put('h1', 'go', '');
    expect((await world.ended(id)).status).toBe('Succeeded');
  });
});
