import {
  BatchDeleteBuildsCommand,
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  type Build,
  DeleteProjectCommand,
  ListBuildsForProjectCommand,
  ListProjectsCommand,
  RetryBuildCommand,
  StartBuildCommand,
  UpdateProjectCommand,
} from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildServer, openBuildServer } from './build-client.ts';

let server: BuildServer;
beforeAll(async () => {
  server = await openBuildServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('starting twice with one token is starting once', async () => {
  await server.makeProject('token', { version: 0.2, phases: { build: { commands: ['true'] } } });
  const first = await server.start('token', { idempotencyToken: 't' });
  expect(await server.start('token', { idempotencyToken: 't' })).toBe(first);
  await expect(
    server.start('token', { idempotencyToken: 't', timeoutInMinutesOverride: 9 }),
  ).rejects.toMatchObject({
    name: 'InvalidInputException',
  });
  server.clock.advance(6 * 60_000);
  expect(await server.start('token', { idempotencyToken: 't' })).not.toBe(first);
});

test('RetryBuild runs the same request again; on-failure RETRY does so by itself (C1.3)', async () => {
  await server.makeProject('again', {
    version: 0.2,
    phases: { build: { commands: ['echo "$N"; exit 9'], 'on-failure': 'RETRY-2-exit status 9' } },
  });
  const first = await server.run('again', { environmentVariablesOverride: [{ name: 'N', value: 'n' }] });
  const numbers = async (): Promise<Build[]> => {
    const { ids } = await server.codebuild.send(
      new ListBuildsForProjectCommand({ projectName: 'again', sortOrder: 'ASCENDING' }),
    );
    const { builds } = await server.codebuild.send(new BatchGetBuildsCommand({ ids }));
    return (builds ?? []).toSorted((a, b) => (a.buildNumber as number) - (b.buildNumber as number));
  };
  let builds = await numbers();
  while (builds.length < 3 || !builds.every((build) => build.buildComplete)) builds = await numbers();
  await server.kernel.tasks.idle();
  expect((await numbers()).map((build) => build.buildNumber)).toEqual([1, 2, 3]);
  expect(builds[2]?.autoRetryConfig).toMatchObject({ autoRetryNumber: 2, previousAutoRetry: builds[1]?.arn });
  const { build } = await server.codebuild.send(new RetryBuildCommand({ id: first.id }));
  const retried = await server.ended(build?.id as string);
  expect(await server.output(retried)).toEqual(['n']);
  await expect(server.codebuild.send(new RetryBuildCommand({ id: 'again:missing' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('C1.3: on-failure RETRY-<count>-<regex> looks at each failure anew', async () => {
  // Exit status 9, then 8: the second failure is none that is to be tried again.
  await server.makeProject('other-failure', {
    version: 0.2,
    phases: {
      build: {
        commands: ['exit $((10 - CODEBUILD_BUILD_NUMBER))'],
        'on-failure': 'RETRY-5-exit status 9',
      },
    },
  });
  const list = async () => {
    const { ids } = await server.codebuild.send(
      new ListBuildsForProjectCommand({ projectName: 'other-failure', sortOrder: 'ASCENDING' }),
    );
    return ids ?? [];
  };
  const first = await server.run('other-failure');
  while ((await list()).length < 2) await server.kernel.tasks.idle();
  const second = await server.ended((await list()).find((id) => id !== first.id) as string);
  await server.kernel.tasks.idle();
  expect(await list()).toHaveLength(2);
  expect(second).toMatchObject({
    buildStatus: 'FAILED',
    autoRetryConfig: { autoRetryNumber: 1, previousAutoRetry: first.arn },
  });
});

describe('projects over the API', () => {
  const buildspec = { version: 0.2, phases: { build: { commands: ['true'] } } };
  test('are made once, changed, listed and removed', async () => {
    const { project } = await server.makeProject('crud', buildspec, {
      description: 'one',
      timeoutInMinutes: 10,
    });
    expect(project).toMatchObject({
      name: 'crud',
      arn: expect.stringContaining(':project/crud'),
      timeoutInMinutes: 10,
    });
    await expect(server.makeProject('crud', buildspec)).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await server.codebuild.send(new UpdateProjectCommand({ name: 'crud', description: 'two' }));
    const got = await server.codebuild.send(new BatchGetProjectsCommand({ names: ['crud', 'missing'] }));
    expect(got.projects).toMatchObject([{ description: 'two', timeoutInMinutes: 10 }]);
    expect(got.projectsNotFound).toEqual(['missing']);
    const { projects } = await server.codebuild.send(
      new ListProjectsCommand({ sortBy: 'CREATED_TIME', sortOrder: 'DESCENDING' }),
    );
    expect(projects?.[0]).toBe('crud');
    await server.codebuild.send(new DeleteProjectCommand({ name: 'crud' }));
    await expect(server.start('crud')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(
      server.codebuild.send(new UpdateProjectCommand({ name: 'crud', description: 'x' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
  test.each([
    [
      { source: { type: 'GITHUB', location: 'https://example.com/a.git' } },
      'sources of type GITHUB are not available',
    ],
    [{ source: { type: 'NO_SOURCE' } }, 'NO_SOURCE needs a buildspec'],
    [{ source: { type: 'CODECOMMIT' } }, 'location is required'],
    [{ source: { type: 'CODEPIPELINE' } }, 'must both be of type CODEPIPELINE'],
    [{ artifacts: { type: 'S3' } }, 'location, a bucket, is required'],
    [
      { fileSystemLocations: [{ type: 'EFS', location: 'fs-1:/', mountPoint: '/efs', identifier: 'efs' }] },
      'fileSystemLocations: this server cannot mount',
    ],
    [{ badgeEnabled: true }, 'badgeEnabled: this server has no build badges'],
    [
      { secondarySources: [{ type: 'S3', location: 'a/b' }] },
      'Each secondary source needs a sourceIdentifier',
    ],
  ] as const)('%j is refused', async (more, message) => {
    await expect(server.makeProject('refused', buildspec, more as never)).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining(message),
    });
  });
  test('a start with what is not here is refused; what changes nothing is kept, shown and told', async () => {
    await server.makeProject('kept', buildspec, {
      vpcConfig: { vpcId: 'vpc-1', subnets: ['subnet-1'], securityGroupIds: ['sg-1'] },
    });
    await expect(server.start('kept', { debugSessionEnabled: true })).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('debugSessionEnabled'),
    });
    const build = await server.run('kept', { privilegedModeOverride: true });
    expect(build).toMatchObject({ buildStatus: 'SUCCEEDED', vpcConfig: { vpcId: 'vpc-1' } });
    const log = (await server.log(build)).join('\n');
    expect(log).toContain('Privileged mode has no effect');
    expect(log).toContain('The network settings (vpcConfig) have no effect');
  });
  test('builds are deleted once they have ended', async () => {
    await server.makeProject('deleted', buildspec);
    const build = await server.run('deleted');
    const answer = await server.codebuild.send(
      new BatchDeleteBuildsCommand({ ids: [build.id as string, 'deleted:none'] }),
    );
    expect(answer).toMatchObject({
      buildsDeleted: [build.arn],
      buildsNotDeleted: [{ id: 'deleted:none', statusCode: 'BUILD_NOT_FOUND' }],
    });
    const got = await server.codebuild.send(new BatchGetBuildsCommand({ ids: [build.id as string] }));
    expect(got.buildsNotFound).toEqual([build.id]);
    await expect(
      server.codebuild.send(new StartBuildCommand({ projectName: 'no-such' })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
