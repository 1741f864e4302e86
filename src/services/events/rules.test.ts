import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { openEventsRoom, PIPELINE, PUSH, pattern } from './events.test-support.ts';

const pipelineTarget = { Id: 'p', Arn: PIPELINE, RoleArn: `arn:aws:iam::${TEST_ACCOUNT}:role/start` };

const withTarget = (more: object) => ({ Rule: 'r', Targets: [{ Id: 't', Arn: PIPELINE, ...more }] });

describeEachDatabase('rules and targets', (newPlace) => {
  it('starts the targets of every rule that matches, once for each event (A5.1, A5.2, A5.6)', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { invoked, heard, call, publish, settle } = await openEventsRoom(kernel);
    const { RuleArn } = await call('PutRule', { Name: 'on-main', EventPattern: pattern() });
    expect(RuleArn).toBe(`arn:aws:events:us-east-1:${TEST_ACCOUNT}:rule/on-main`);
    await call('PutRule', { Name: 'on-tag', EventPattern: pattern({ referenceType: ['tag'] }) });
    for (const Rule of ['on-main', 'on-tag']) await call('PutTargets', { Rule, Targets: [pipelineTarget] });

    await publish();
    await settle();
    expect(invoked).toHaveLength(1);
    expect(invoked[0]).toMatchObject({
      scope: TEST_SCOPE,
      ruleArn: RuleArn,
      targetArn: PIPELINE,
      roleArn: pipelineTarget.RoleArn,
    });
    const event = invoked[0]?.event as Record<string, string>;
    expect(event).toMatchObject({
      version: '0',
      'detail-type': PUSH.detailType,
      source: 'aws.codecommit',
      account: TEST_ACCOUNT,
      region: 'us-east-1',
      resources: PUSH.resources,
      detail: PUSH.detail,
    });
    expect(event['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(JSON.parse(invoked[0]?.payload ?? '')).toEqual(event);
    expect(heard.map((each) => each.id)).toEqual([event['id']]);

    // What changes counts from the next event on.
    await call('DisableRule', { Name: 'on-main' });
    await publish();
    await settle();
    expect(invoked).toHaveLength(1);
    await call('EnableRule', { Name: 'on-main' });
    await publish();
    await settle();
    expect(invoked).toHaveLength(2);
    // Another account and another region have rules of their own.
    await publish(PUSH, { account: '222222222222', region: 'us-east-1' });
    await publish(PUSH, { account: TEST_ACCOUNT, region: 'eu-west-1' });
    await settle();
    expect(invoked).toHaveLength(2);
    expect(heard).toHaveLength(5);
  });

  it('gives a target what its rule says: a constant, a part, or a template (A5.5)', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { invoked, call, publish, settle } = await openEventsRoom(kernel);
    await call('PutRule', { Name: 'r', EventPattern: pattern() });
    const transformer = {
      InputPathsMap: { tag: '$.detail.referenceName', none: '$.detail.none', all: '$.detail' },
      InputTemplate:
        '{"environmentVariablesOverride":[{"name":"TAG","value":<tag>}],"text":"it is \\"<tag>\\"","rule":<aws.events.rule-name>,"none":<none>,"all":<all>}',
    };
    await call('PutTargets', {
      Rule: 'r',
      Targets: [
        { Id: '1', Arn: PIPELINE, Input: '{"a":1}' },
        { Id: '2', Arn: PIPELINE, InputPath: '$.detail.commitId' },
        { Id: '3', Arn: PIPELINE, InputTransformer: transformer },
      ],
    });
    await publish({ ...PUSH, detail: { ...PUSH.detail, commitId: 'say "hi"' } });
    await settle();
    const payloads = Object.fromEntries(
      invoked.map((each) => [each.key.split('/').at(-1), JSON.parse(each.payload) as unknown]),
    );
    expect(payloads).toEqual({
      1: { a: 1 },
      2: 'say "hi"',
      3: {
        environmentVariablesOverride: [{ name: 'TAG', value: 'main' }],
        text: 'it is "main"',
        rule: 'r',
        none: null,
        all: { ...PUSH.detail, commitId: 'say "hi"' },
      },
    });
  });

  it('refuses bad patterns, schedules and targets, and changes nothing', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call } = await openEventsRoom(kernel);
    const refused = (operation: string, input: unknown, code: string, text: RegExp) =>
      expect(call(operation, input)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(text) as string,
      });
    await refused(
      'PutRule',
      { Name: 'r', EventPattern: '{"a":"x"}' },
      'InvalidEventPatternException',
      /a: it must be/,
    );
    await refused('PutRule', { Name: 'r' }, 'ValidationException', /EventPattern or ScheduleExpression/);
    await refused(
      'PutRule',
      { Name: 'r', ScheduleExpression: 'rate(5 minute)' },
      'ValidationException',
      /unit minutes/,
    );
    await refused(
      'PutRule',
      { Name: 'r', EventPattern: pattern(), EventBusName: 'none' },
      'ResourceNotFoundException',
      /none/,
    );
    expect(await call('ListRules', {})).toMatchObject({ Rules: [] });

    await call('PutRule', { Name: 'r', EventPattern: pattern() });
    const invalid = (more: object, text: RegExp) =>
      refused('PutTargets', withTarget(more), 'ValidationException', text);
    await invalid(
      { Arn: `arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function:f` },
      /lambda are not built; there are codepipeline, events/,
    );
    await invalid({ Arn: 'arn:aws:codepipeline:us-east-1:222222222222:app' }, /another account/);
    await invalid(
      { DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:1:q' } },
      /DeadLetterConfig is not built/,
    );
    await invalid({ Input: '{' }, /Input is not JSON/);
    await invalid({ Input: '{}', InputPath: '$' }, /only one of/);
    await invalid({ InputPath: 'detail' }, /no JSON path/);
    await invalid({ InputTransformer: { InputTemplate: '{"a":<b>}' } }, /<b> is in no InputPathsMap/);
    await invalid(
      { InputTransformer: { InputPathsMap: { b: '$.x' }, InputTemplate: 'it is <b>' } },
      /does not make JSON/,
    );
    await refused('PutTargets', { ...withTarget({}), Rule: 'none' }, 'ResourceNotFoundException', /none/);
    const many = Array.from({ length: 6 }, (_, n) => ({ Id: `${n}`, Arn: PIPELINE }));
    await refused('PutTargets', { Rule: 'r', Targets: many }, 'LimitExceededException', /at most 5/);
    expect(await call('ListTargetsByRule', { Rule: 'r' })).toMatchObject({ Targets: [] });
    await call('PutTargets', withTarget({}));
    await refused('DeleteRule', { Name: 'r' }, 'ValidationException', /has targets/);
    expect(await call('RemoveTargets', { Rule: 'r', Ids: ['t', 'u'] })).toMatchObject({
      FailedEntryCount: 1,
      FailedEntries: [{ TargetId: 'u', ErrorCode: 'ResourceNotFoundException' }],
    });
    await call('DeleteRule', { Name: 'r' });
    await call('DeleteRule', { Name: 'r' });
    await refused('DescribeRule', { Name: 'r' }, 'ResourceNotFoundException', /Rule r does not exist/);
  });

  it('pages through rules and targets, and refuses a token of another list', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call } = await openEventsRoom(kernel);
    for (const Name of ['a1', 'a2', 'a3', 'b1', 'A4']) {
      await call('PutRule', { Name, EventPattern: pattern() });
      await call('PutTargets', { Rule: Name, Targets: [{ Id: 't', Arn: PIPELINE }] });
    }
    const first = await call('ListRules', { NamePrefix: 'a', Limit: 2 });
    const NextToken = first['NextToken'];
    expect(first['Rules']).toMatchObject([{ Name: 'a1' }, { Name: 'a2' }]);
    expect(await call('ListRules', { NamePrefix: 'a', Limit: 2, NextToken })).toMatchObject({
      Rules: [{ Name: 'a3' }],
      NextToken: undefined,
    });
    await expect(call('ListRules', { NamePrefix: 'b', NextToken })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    const byTarget = await call('ListRuleNamesByTarget', { TargetArn: PIPELINE, Limit: 4 });
    expect(byTarget['RuleNames']).toEqual(['A4', 'a1', 'a2', 'a3']);
    const rest = await call('ListRuleNamesByTarget', {
      TargetArn: PIPELINE,
      NextToken: byTarget['NextToken'],
    });
    expect(rest).toMatchObject({ RuleNames: ['b1'], NextToken: undefined });
  });

  it('tries again, then keeps a dead letter (A5.6)', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { invoked, failure, call, publish, settle, failures } = await openEventsRoom(kernel);
    await call('PutRule', { Name: 'r', EventPattern: pattern() });
    const RetryPolicy = { MaximumRetryAttempts: 2 };
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: PIPELINE, RetryPolicy }] });
    failure.error = new Error('not now');
    await publish();
    // Real time brings the next try as well as the clock of the test.
    for (let kept: unknown[] = []; kept.length === 0; kept = await failures()) {
      await settle();
      kernel.clock.advance(60_000);
    }
    expect(failure.times).toBe(3);
    expect(await failures()).toMatchObject([{ error: 'not now', attempts: 3 }]);
    delete failure.error;
    await publish();
    await settle();
    expect(invoked).toHaveLength(1);
  });

  it('fires schedules in domain time; what was missed fires once (A5.9)', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { invoked, call, settle } = await openEventsRoom(kernel);
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(5 minutes)' });
    await call('PutTargets', { Rule: 'tick', Targets: [{ Id: 't', Arn: PIPELINE }] });
    await settle();
    expect(invoked).toEqual([]);
    const pass = async (minutes: number) => {
      kernel.clock.advance(minutes * 60_000);
      await settle();
    };
    await pass(5);
    expect(invoked).toHaveLength(1);
    expect(invoked[0]?.event).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      resources: [`arn:aws:events:us-east-1:${TEST_ACCOUNT}:rule/tick`],
      detail: {},
    });
    await pass(24 * 60);
    expect(invoked).toHaveLength(2);
    await pass(5);
    expect(invoked).toHaveLength(3);
    await call('DisableRule', { Name: 'tick' });
    await pass(60);
    expect(invoked).toHaveLength(3);
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
    await pass(30);
    expect(invoked).toHaveLength(3);
    await pass(31);
    expect(invoked).toHaveLength(4);
    await call('RemoveTargets', { Rule: 'tick', Ids: ['t'] });
    await call('DeleteRule', { Name: 'tick' });
    expect(await kernel.database.read.query('select * from tasks')).toEqual([]);
  });

  it('tests patterns, tags rules and lists buses', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call } = await openEventsRoom(kernel);
    const Event = JSON.stringify({
      id: '1',
      account: '1',
      source: 's',
      time: 't',
      region: 'r',
      resources: [],
      'detail-type': 'd',
    });
    expect(await call('TestEventPattern', { EventPattern: '{"source":["s"]}', Event })).toMatchObject({
      Result: true,
    });
    expect(await call('TestEventPattern', { EventPattern: '{"source":["t"]}', Event })).toMatchObject({
      Result: false,
    });
    await expect(
      call('TestEventPattern', { EventPattern: '{"source":["t"]}', Event: '{}' }),
    ).rejects.toMatchObject({
      code: 'ValidationException',
    });
    const { RuleArn } = await call('PutRule', {
      Name: 'r',
      EventPattern: pattern(),
      Tags: [{ Key: 'team', Value: 'a' }],
    });
    await call('TagResource', { ResourceARN: RuleArn, Tags: [{ Key: 'env', Value: 'b' }] });
    await call('UntagResource', { ResourceARN: RuleArn, TagKeys: ['team'] });
    expect(await call('ListTagsForResource', { ResourceARN: RuleArn })).toMatchObject({
      Tags: [{ Key: 'env', Value: 'b' }],
    });
    await call('CreateEventBus', { Name: 'zoo' });
    await call('CreateEventBus', { Name: 'ants' });
    const buses = (await call('ListEventBuses', {}))['EventBuses'] as { Name: string }[];
    expect(buses.map((bus) => bus.Name)).toEqual(['ants', 'default', 'zoo']);
    await expect(call('CreateEventBus', { Name: 'zoo' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
    await call('DeleteEventBus', { Name: 'zoo' });
    await expect(call('DescribeEventBus', { Name: 'zoo' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});
