import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  CodeCommitClient,
  CreateBranchCommand,
  CreateRepositoryCommand,
  PutFileCommand,
} from '@aws-sdk/client-codecommit';
import {
  CreateEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  InvalidEventPatternException,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCodeCommitRoom } from '../../src/services/codecommit/index.ts';
import { createEventsRoom, type TargetInvocation } from '../../src/services/events/index.ts';
import { TEST_ACCOUNT, TEST_REGION } from '../../testkit/support/test-context.ts';
import { openTestDoor, type TestDoor } from '../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../testkit/support/test-kernel.ts';

const AWS = '/usr/bin/aws';
const PIPELINE = `arn:aws:codepipeline:${TEST_REGION}:${TEST_ACCOUNT}:app`;

function aws(door: TestDoor, ...args: string[]): Promise<{ out: string; err: string }> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: door.client.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: door.client.credentials.secretAccessKey,
    AWS_DEFAULT_REGION: TEST_REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return new Promise((resolve) => {
    execFile(AWS, ['--endpoint-url', door.endpoint, 'events', ...args], { env }, (_error, out, err) =>
      resolve({ out, err }),
    );
  });
}

describe('A5 event bus with real clients', () => {
  let kernel: TestKernel;
  let door: TestDoor;
  let events: EventBridgeClient;
  let codecommit: CodeCommitClient;
  const invoked: TargetInvocation[] = [];
  let wake: (() => void) | undefined;

  beforeAll(async () => {
    kernel = await openTestKernel();
    const room = createEventsRoom(kernel);
    // Stands for the pipeline room: what it is given is what a pipeline would start with.
    room.addTarget('codepipeline', async (invocation) => {
      invoked.push(invocation);
      wake?.();
    });
    const defaultScope = { account: TEST_ACCOUNT, region: TEST_REGION };
    const git = createCodeCommitRoom(kernel, { authenticate: async () => undefined, defaultScope });
    door = await openTestDoor(kernel, [room, git]);
    events = new EventBridgeClient(door.client);
    codecommit = new CodeCommitClient(door.client);
  });
  afterAll(async () => {
    await door.close();
    await kernel[Symbol.asyncDispose]();
  });

  async function invocations(count: number): Promise<readonly TargetInvocation[]> {
    while (invoked.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return invoked;
  }

  it('runs the rule the CDK makes for a source, on the commit that matches and on no other (A5.4)', async () => {
    const repositoryName = 'app';
    await codecommit.send(new CreateRepositoryCommand({ repositoryName }));
    const EventPattern = JSON.stringify({
      source: ['aws.codecommit'],
      resources: [`arn:aws:codecommit:${TEST_REGION}:${TEST_ACCOUNT}:app`],
      'detail-type': ['CodeCommit Repository State Change'],
      detail: { event: ['referenceCreated', 'referenceUpdated'], referenceName: ['main'] },
    });
    const rule = await events.send(new PutRuleCommand({ Name: 'source', EventPattern, State: 'ENABLED' }));
    const InputTransformer = {
      InputPathsMap: { commit: '$.detail.commitId', branch: '$.detail.referenceName' },
      InputTemplate: '{"commit":<commit>,"text":"pushed to <branch>"}',
    };
    const RoleArn = `arn:aws:iam::${TEST_ACCOUNT}:role/start`;
    await events.send(
      new PutTargetsCommand({
        Rule: 'source',
        Targets: [{ Id: 'Target0', Arn: PIPELINE, RoleArn, InputTransformer }],
      }),
    );
    const put = { repositoryName, branchName: 'main', filePath: 'a', fileContent: Buffer.from('1') };
    const { commitId } = await codecommit.send(new PutFileCommand(put));
    const [invocation] = await invocations(1);
    expect(invocation).toMatchObject({ ruleArn: rule.RuleArn, targetArn: PIPELINE, roleArn: RoleArn });
    expect(JSON.parse(invocation?.payload ?? '')).toEqual({ commit: commitId, text: 'pushed to main' });

    await codecommit.send(new CreateBranchCommand({ repositoryName, branchName: 'other', commitId }));
    const second = { ...put, fileContent: Buffer.from('2'), parentCommitId: commitId };
    await codecommit.send(new PutFileCommand(second));
    // Events of one repository come in order: had "other" matched, it would have come before.
    const all = await invocations(2);
    expect(all.map((each) => (each.event['detail'] as { event: string }).event)).toEqual([
      'referenceCreated',
      'referenceUpdated',
    ]);
  });

  it('gives the SDK typed errors and pages', async () => {
    const bad = new PutRuleCommand({ Name: 'bad', EventPattern: '{"detail":{"state":"x"}}' });
    const refusal = await events.send(bad).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidEventPatternException);
    expect((refusal as Error).message).toContain('detail.state: it must be an object or an array');
    await expect(events.send(new DescribeRuleCommand({ Name: 'bad' }))).rejects.toBeInstanceOf(
      ResourceNotFoundException,
    );
    await events.send(new CreateEventBusCommand({ Name: 'own' }));
    await expect(events.send(new CreateEventBusCommand({ Name: 'own' }))).rejects.toBeInstanceOf(
      ResourceAlreadyExistsException,
    );
    const lambda = `arn:aws:lambda:${TEST_REGION}:${TEST_ACCOUNT}:function:f`;
    await expect(
      events.send(new PutTargetsCommand({ Rule: 'source', Targets: [{ Id: 'f', Arn: lambda }] })),
    ).rejects.toThrow(/service lambda are not built; there are codepipeline, events/);
    const targets = await events.send(new ListTargetsByRuleCommand({ Rule: 'source' }));
    expect(targets.Targets?.map((target) => target.Id)).toEqual(['Target0']);
    const rules = await events.send(new ListRulesCommand({ Limit: 1 }));
    expect(rules.Rules).toMatchObject([{ Name: 'source', State: 'ENABLED', EventBusName: 'default' }]);
    await expect(events.send(new ListRulesCommand({ NextToken: 'forged' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('takes events of users on a bus of their own', async () => {
    const EventBusName = 'own';
    await events.send(
      new PutRuleCommand({
        Name: 'orders',
        EventBusName,
        EventPattern: '{"detail":{"total":[{"numeric":[">",100]}]}}',
      }),
    );
    const Targets = [{ Id: 'p', Arn: PIPELINE, InputPath: '$.detail.total' }];
    await events.send(new PutTargetsCommand({ Rule: 'orders', EventBusName, Targets }));
    const before = invoked.length;
    const Entries = [99, 101].map((total) => ({
      EventBusName,
      Source: 'my.shop',
      DetailType: 'order',
      Detail: JSON.stringify({ total }),
    }));
    const answer = await events.send(new PutEventsCommand({ Entries }));
    expect(answer.FailedEntryCount).toBe(0);
    const all = await invocations(before + 1);
    expect(all.slice(before).map((each) => each.payload)).toEqual(['101']);
  });

  it('fires a schedule when domain time comes to it (A5.9)', async () => {
    await events.send(new PutRuleCommand({ Name: 'hourly', ScheduleExpression: 'cron(0 * * * ? *)' }));
    await events.send(new PutTargetsCommand({ Rule: 'hourly', Targets: [{ Id: 'p', Arn: PIPELINE }] }));
    const before = invoked.length;
    kernel.clock.advance(3_600_000);
    const all = await invocations(before + 1);
    expect(all[before]?.event).toMatchObject({
      'detail-type': 'Scheduled Event',
      time: expect.stringMatching(/:00:00Z$/) as string,
    });
  });

  it('tests patterns', async () => {
    const Event = JSON.stringify({
      version: '0',
      id: '1',
      'detail-type': 't',
      source: 's',
      account: TEST_ACCOUNT,
      time: '2026-01-01T00:00:00Z',
      region: TEST_REGION,
      resources: [],
      detail: { ip: '10.0.0.9', file: 'a/lib/b' },
    });
    const test = async (detail: object) => {
      const EventPattern = JSON.stringify({ detail });
      return (await events.send(new TestEventPatternCommand({ EventPattern, Event }))).Result;
    };
    expect(await test({ ip: [{ cidr: '10.0.0.0/24' }], file: [{ wildcard: '*/lib/*' }] })).toBe(true);
    expect(await test({ ip: [{ 'anything-but': { prefix: '10.' } }] })).toBe(false);
  });

  describe.skipIf(!existsSync(AWS))('from the command line', () => {
    it('puts a rule and its target', async () => {
      const put = await aws(door, 'put-rule', '--name', 'cli', '--schedule-expression', 'rate(1 day)');
      expect(JSON.parse(put.out)).toEqual({
        RuleArn: `arn:aws:events:${TEST_REGION}:${TEST_ACCOUNT}:rule/cli`,
      });
      const targets = await aws(door, 'put-targets', '--rule', 'cli', '--targets', `Id=p,Arn=${PIPELINE}`);
      expect(JSON.parse(targets.out)).toEqual({ FailedEntryCount: 0, FailedEntries: [] });
      const bad = await aws(door, 'put-rule', '--name', 'x', '--event-pattern', '{"a":[]}');
      expect(bad.err).toContain('(InvalidEventPatternException)');
    });
  });
});
