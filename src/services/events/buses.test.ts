import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT } from '../../../testkit/support/test-context.ts';
import { openEventsRoom, PIPELINE, pattern } from './events.test-support.ts';

const own = (name: string) => `arn:aws:events:us-east-1:${TEST_ACCOUNT}:event-bus/${name}`;

describeEachDatabase('buses', (newPlace) => {
  it('takes events of users, entry by entry, but none in the name of AWS', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { invoked, heard, call, settle } = await openEventsRoom(kernel);
    await call('PutRule', { Name: 'r', EventPattern: '{"source":["my.app"],"detail":{"n":[1.50]}}' });
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: PIPELINE }] });
    const entry = {
      Source: 'my.app',
      DetailType: 'made',
      Detail: '{"n":1.50}',
      Time: new Date('2026-02-03T04:05:06.789Z'),
    };
    const result = await call('PutEvents', {
      Entries: [
        entry,
        { ...entry, Source: 'aws.codecommit' },
        { ...entry, Detail: '[1]' },
        { ...entry, DetailType: undefined },
        { ...entry, EventBusName: 'none' },
        { ...entry, Detail: '{"n":1.5}' },
      ],
    });
    expect(result).toMatchObject({
      FailedEntryCount: 4,
      Entries: [
        { EventId: expect.any(String) as string },
        { ErrorCode: 'NotAuthorizedForSourceException' },
        { ErrorCode: 'MalformedDetail' },
        { ErrorCode: 'InvalidArgument' },
        { ErrorCode: 'ResourceNotFoundException' },
        { EventId: expect.any(String) as string },
      ],
    });
    await settle();
    expect(invoked.map((each) => each.event['time'])).toEqual(['2026-02-03T04:05:06Z']);
    expect(heard).toHaveLength(2);
    await expect(
      call('PutEvents', { Entries: [{ ...entry, Detail: JSON.stringify({ x: 'x'.repeat(300_000) }) }] }),
    ).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('passes events on to other buses, to those of other accounts when their policy lets it (A5.3, A5-S1)', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { invoked, call, publish, settle, failures } = await openEventsRoom(kernel);
    const ops = { scope: { account: '222222222222', region: 'us-east-1' } };
    const dora = 'arn:aws:events:us-east-1:222222222222:event-bus/dora';
    await call('CreateEventBus', { Name: 'dora' }, ops);
    await call('PutRule', { Name: 'seen', EventBusName: 'dora', EventPattern: pattern() }, ops);
    await call(
      'PutTargets',
      {
        Rule: 'seen',
        EventBusName: 'dora',
        Targets: [{ Id: 't', Arn: 'arn:aws:codepipeline:us-east-1:222222222222:x' }],
      },
      ops,
    );
    await call('PutRule', { Name: 'forward', EventPattern: pattern() });
    await call('PutTargets', { Rule: 'forward', Targets: [{ Id: 'bus', Arn: dora }] });
    await publish();
    await settle();
    expect(invoked).toEqual([]);
    expect((await failures())[0]?.error).toMatch(/policy of .*dora does not let account 111111111111/);

    const permission = {
      EventBusName: 'dora',
      Action: 'events:PutEvents',
      Principal: TEST_ACCOUNT,
      StatementId: 'tooling',
    };
    await call('PutPermission', permission, ops);
    await publish();
    await settle();
    expect(invoked).toHaveLength(1);
    expect(invoked[0]).toMatchObject({
      scope: ops.scope,
      event: { account: TEST_ACCOUNT, source: 'aws.codecommit' },
    });
    await call('RemovePermission', { EventBusName: 'dora', StatementId: 'tooling' }, ops);
    expect(await call('DescribeEventBus', { Name: 'dora' }, ops)).toMatchObject({
      Arn: dora,
      Policy: undefined,
    });
  });

  it('ends a circle of buses', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call, settle, failures } = await openEventsRoom(kernel);
    for (const [from, to] of [
      ['one', 'two'],
      ['two', 'one'],
    ] as const) {
      await call('CreateEventBus', { Name: from });
      await call('PutRule', { Name: 'on', EventBusName: from, EventPattern: '{"source":["my.app"]}' });
      await call('PutTargets', { Rule: 'on', EventBusName: from, Targets: [{ Id: 'next', Arn: own(to) }] });
    }
    await call('PutEvents', {
      Entries: [{ Source: 'my.app', DetailType: 'x', Detail: '{}', EventBusName: 'one' }],
    });
    await settle();
    expect((await failures()).map((row) => row.error)).toEqual([expect.stringMatching(/more than 5 times/)]);
    await expect(call('DeleteEventBus', { Name: 'one' })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });
});
