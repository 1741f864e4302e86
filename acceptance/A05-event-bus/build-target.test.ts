import { setTimeout as delay } from 'node:timers/promises';
import { ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild';
import {
  CodeCommitClient,
  CreateBranchCommand,
  CreateRepositoryCommand,
  PutFileCommand,
} from '@aws-sdk/client-codecommit';
import {
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitUser } from '../../testkit/support/git-server.ts';
import { gitCredential } from '../A01-git-hosting/world.ts';
import { type BuildServer, openBuildServer } from '../C01-buildspec/build-client.ts';

describe('A5-S2 a rule starts builds', () => {
  let server: BuildServer;
  let events: EventBridgeClient;
  let codecommit: CodeCommitClient;
  let commit: string | undefined;
  let arn: (project: string) => string;

  beforeAll(async () => {
    server = await openBuildServer({ config: { logLevel: 'silent' } });
    events = new EventBridgeClient(server.clientConfig);
    codecommit = new CodeCommitClient(server.clientConfig);
    arn = (project) =>
      `arn:aws:codebuild:${server.config.region}:${server.config.account}:project/${project}`;
    await server.makeProject('release', {
      version: 0.2,
      phases: { build: { commands: ['echo "tag=$TAG by=$CODEBUILD_INITIATOR"'] } },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const putRule = async (Name: string, detail: object, target: Partial<Target> = {}) => {
    const EventPattern = JSON.stringify({ source: ['aws.codecommit'], detail });
    await events.send(new PutRuleCommand({ Name, EventPattern }));
    const RoleArn = server.serviceRole;
    const Targets = [{ Id: 'build', Arn: arn('release'), RoleArn, ...target }];
    return events.send(new PutTargetsCommand({ Rule: Name, Targets }));
  };
  const buildsOf = async () =>
    (await server.codebuild.send(new ListBuildsForProjectCommand({ projectName: 'release' }))).ids ?? [];
  const build = async (count: number) => {
    for (;;) {
      const ids = await buildsOf();
      if (ids.length >= count) return ids;
      await delay(20);
    }
  };
  const makeBranch = (branchName: string) =>
    codecommit.send(new CreateBranchCommand({ repositoryName: 'app', branchName, commitId: commit }));
  const deadLetters = () =>
    server.kernel.database.read.query<{ error: string }>('select error from events_failures order by at');

  it('with the tag that matched, and not for another', async () => {
    await putRule(
      'tags',
      { referenceType: ['tag'], referenceName: [{ prefix: 'dev' }] },
      {
        InputTransformer: {
          InputPathsMap: { tag: '$.detail.referenceName' },
          InputTemplate: '{"environmentVariablesOverride":[{"name":"TAG","value":<tag>,"type":"PLAINTEXT"}]}',
        },
      },
    );
    await codecommit.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    const { commitId } = await codecommit.send(
      new PutFileCommand({
        repositoryName: 'app',
        branchName: 'main',
        filePath: 'a',
        fileContent: Buffer.from('1'),
      }),
    );
    commit = commitId;
    using user = gitUser();
    const { ServiceUserName = '', ServicePassword = '' } = await gitCredential(server);
    const url = new URL(`${server.endpoint}/v1/repos/app`);
    url.username = ServiceUserName;
    url.password = encodeURIComponent(ServicePassword);
    const git = (cwd: string, ...args: string[]) => user.git(cwd, args);
    expect(await git('', 'clone', '-q', url.href, 'app')).toMatchObject({ code: 0 });
    user.local('app', 'tag', 'v1.0');
    user.local('app', 'tag', 'dev_us-east-1/research/1.0');
    expect(await git('app', 'push', '-q', 'origin', 'v1.0')).toMatchObject({ code: 0 });
    expect(await git('app', 'push', '-q', 'origin', 'dev_us-east-1/research/1.0')).toMatchObject({ code: 0 });
    const ids = await build(1);
    const done = await server.ended(ids[0] as string);
    expect(done).toMatchObject({ buildStatus: 'SUCCEEDED', initiator: 'rule/tags' });
    expect(await server.output(done)).toContain('tag=dev_us-east-1/research/1.0 by=rule/tags');
    // Events of one repository come in order: had v1.0 matched, its build would have come before.
    expect(await buildsOf()).toHaveLength(1);
    expect(await deadLetters()).toEqual([]);
  });

  it('as the project stands when the event is passed on as it is', async () => {
    await putRule('any', { referenceName: ['plain'] });
    const before = (await buildsOf()).length;
    await makeBranch('plain');
    const [newest] = await build(before + 1);
    expect(await server.output(await server.ended(newest as string))).toContain('tag= by=rule/any');
  });

  it('and keeps as a dead letter what no build can be started with', async () => {
    const before = (await buildsOf()).length;
    await putRule('bad', { referenceName: ['bad'] }, { Input: '{"computeTypeOverride":"HUGE"}' });
    await putRule('debug', { referenceName: ['bad'] }, { Input: '{"debugSessionEnabled":true}' });
    await putRule('text', { referenceName: ['bad'] }, { Input: '"text"' });
    await putRule('gone', { referenceName: ['bad'] }, { Arn: arn('nowhere') });
    await makeBranch('bad');
    let letters = await deadLetters();
    while (letters.length < 4) {
      await delay(20);
      letters = await deadLetters();
    }
    expect(letters.map(({ error }) => error).toSorted()).toEqual([
      expect.stringContaining(
        "at 'computeTypeOverride' failed to satisfy constraint: Member must satisfy enum",
      ),
      'Project cannot be found: nowhere',
      'What the rule gives a build project is no JSON object.',
      'debugSessionEnabled: this server has no debug sessions',
    ]);
    expect(await buildsOf()).toHaveLength(before);
  });

  it('and is refused when its target is no project', async () => {
    const refused = await putRule(
      'tags',
      { referenceName: ['none'] },
      { Arn: arn('release').replace('project/', 'build/') },
    ).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('is not the ARN of a build project'),
    });
    const queue = { DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${server.config.account}:dead` } };
    expect(
      await putRule('tags', { referenceName: ['none'] }, queue).catch((error: unknown) => error),
    ).toMatchObject({
      message: expect.stringContaining('DeadLetterConfig is not built'),
    });
  });
});
