import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standardPeriods } from '../../../testkit/support/standard-periods.ts';
import { callOperation, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { openTestKernel, startTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { AFTER_BACKUP_MS, beginBackup } from '../../kernel/keeping.ts';
import { createKeepingRoom } from '../../kernel/retention/keeping-room.ts';
import { createLogsRoom, type LogsRoom } from './index.ts';

let kernel: TestKernel;
let room: LogsRoom;
beforeEach(async () => {
  kernel = await openTestKernel();
  room = createLogsRoom(kernel);
  await startTestKernel(kernel, [
    room,
    createKeepingRoom(kernel, { rooms: [room], periods: standardPeriods() }),
  ]);
});
afterEach(() => kernel[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: answers of many operations
const call = (operation: string, input: unknown): Promise<any> =>
  callOperation(kernel, room, 'logs', operation, input);
const group = { logGroupName: '/aws/codebuild/demo' };
const stream = (name: string) => ({ ...group, logStreamName: name });

async function write(
  name: string,
  lines: readonly { readonly at: number; readonly text: string }[],
  end = false,
) {
  const id = await room.openStream(TEST_SCOPE, group.logGroupName, name);
  const writer = await kernel.logs.writer(id);
  await writer.append(lines);
  await (end ? writer.end() : writer.close());
  return id;
}

const numbered = (count: number, start: number, step = 1) =>
  Array.from({ length: count }, (_, n) => ({ at: start + n * step, text: `line ${n}` }));

describe('groups and streams', () => {
  test('are made, listed page by page, kept and removed', async () => {
    for (const name of ['/a/1', '/a/2', '/b/1']) await call('CreateLogGroup', { logGroupName: name });
    await expect(call('CreateLogGroup', { logGroupName: '/a/1' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
    const first = await call('DescribeLogGroups', { logGroupNamePrefix: '/a', limit: 1 });
    expect(first.logGroups).toMatchObject([
      { logGroupName: '/a/1', arn: 'arn:aws:logs:us-east-1:111111111111:log-group:/a/1:*' },
    ]);
    const second = await call('DescribeLogGroups', { logGroupNamePrefix: '/a', nextToken: first.nextToken });
    expect(second.logGroups.map((g: { logGroupName: string }) => g.logGroupName)).toEqual(['/a/2']);
    expect(second.nextToken).toBeUndefined();
    expect((await call('DescribeLogGroups', { logGroupNamePattern: '/1' })).logGroups).toHaveLength(2);
    await expect(call('DescribeLogGroups', { nextToken: 'x' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    await call('PutRetentionPolicy', { logGroupName: '/a/1', retentionInDays: 7 });
    expect((await call('DescribeLogGroups', {})).logGroups[0].retentionInDays).toBe(7);
    await expect(
      call('PutRetentionPolicy', { logGroupName: '/a/1', retentionInDays: 8 }),
    ).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    await call('CreateLogStream', { logGroupName: '/a/1', logStreamName: 's' });
    await expect(call('CreateLogStream', { logGroupName: '/no', logStreamName: 's' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await call('DeleteLogGroup', { logGroupName: '/a/1' });
    await expect(call('DescribeLogStreams', { logGroupName: '/a/1' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    expect(await room.findStream(TEST_SCOPE, '/a/1', 's')).toBeUndefined();
  });

  test('streams are listed by name and by their last event', async () => {
    await write('b', [{ at: 5, text: 'x' }]);
    await write('a', [{ at: 9, text: 'x' }]);
    await write('c', [{ at: 1, text: 'x' }]);
    const names = async (input: object) => {
      const all: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await call('DescribeLogStreams', { ...group, limit: 1, ...input, nextToken });
        all.push(...page.logStreams.map((s: { logStreamName: string }) => s.logStreamName));
        nextToken = page.nextToken;
      } while (nextToken);
      return all.join('');
    };
    expect(await names({})).toBe('abc');
    expect(await names({ descending: true })).toBe('cba');
    expect(await names({ orderBy: 'LastEventTime', descending: true })).toBe('abc');
    expect(await names({ orderBy: 'LastEventTime' })).toBe('cba');
    expect(await names({ logStreamNamePrefix: 'b' })).toBe('b');
  });

  test('a stream opened twice is the same, also at the same time', async () => {
    const open = () => room.openStream(TEST_SCOPE, '/g', 's');
    const [a, b] = await Promise.all([open(), open()]);
    expect(a).toBe(b);
    expect(await open()).toBe(a);
  });
});

describe('events', () => {
  test('what is put is got, in order, with tokens that come back at the end', async () => {
    const now = kernel.clock.now();
    await call('CreateLogGroup', group);
    await call('CreateLogStream', stream('s'));
    const logEvents = [
      { timestamp: now, message: 'one\ntwo' },
      { timestamp: now + 1, message: 'three' },
    ];
    await call('PutLogEvents', { ...stream('s'), logEvents });
    const page = await call('GetLogEvents', { ...stream('s'), startFromHead: true });
    expect(page.events).toEqual(logEvents.map((event) => ({ ...event, ingestionTime: event.timestamp })));
    const end = await call('GetLogEvents', { ...stream('s'), nextToken: page.nextForwardToken });
    expect(end.events).toEqual([]);
    expect(end.nextForwardToken).toBe(page.nextForwardToken);
    const begin = await call('GetLogEvents', { ...stream('s'), nextToken: page.nextBackwardToken });
    expect(begin.events).toEqual([]);
    expect(begin.nextBackwardToken).toBe(page.nextBackwardToken);
    await call('PutLogEvents', { ...stream('s'), logEvents: [{ timestamp: now + 2, message: 'four' }] });
    const more = await call('GetLogEvents', { ...stream('s'), nextToken: page.nextForwardToken });
    expect(more.events).toMatchObject([{ message: 'four' }]);
  });

  test.each([
    [
      [
        { timestamp: 1, message: 'b' },
        { timestamp: 0, message: 'a' },
      ],
      'chronological order',
    ],
    [
      [
        { timestamp: 0, message: 'a' },
        { timestamp: 90_000_000, message: 'b' },
      ],
      '24 hours',
    ],
    [[{ timestamp: 0, message: 'x'.repeat(300_000) }], 'too large'],
    [Array.from({ length: 5 }, () => ({ timestamp: 0, message: 'x'.repeat(250_000) })), 'too large'],
  ])('a bad batch is refused and leaves nothing %#', async (relative, words) => {
    await call('CreateLogGroup', group);
    await call('CreateLogStream', stream('s'));
    const now = kernel.clock.now();
    const logEvents = relative.map((event) => ({ ...event, timestamp: now + event.timestamp }));
    await expect(call('PutLogEvents', { ...stream('s'), logEvents })).rejects.toThrow(words);
    expect((await call('GetLogEvents', stream('s'))).events).toEqual([]);
  });

  test('events too old or too new are told', async () => {
    await call('CreateLogGroup', group);
    await call('CreateLogStream', stream('s'));
    const now = kernel.clock.now();
    const day = 86_400_000;
    const put = (times: readonly number[]) =>
      call('PutLogEvents', {
        ...stream('s'),
        logEvents: times.map((ago) => ({ timestamp: now + ago, message: String(ago) })),
      });
    expect((await put([-15 * day, -14.5 * day])).rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 2,
    });
    expect((await put([0, 3 * 3_600_000])).rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    expect((await call('GetLogEvents', stream('s'))).events).toMatchObject([{ message: '0' }]);
  });

  test('a long stream is read from both ends and by time', async () => {
    const start = kernel.clock.now();
    await write('s', numbered(3_500, start), true);
    const read = async (input: object, direction: 'nextForwardToken' | 'nextBackwardToken') => {
      const all: string[] = [];
      let nextToken: string | undefined;
      for (;;) {
        const page = await call('GetLogEvents', { ...stream('s'), limit: 700, ...input, nextToken });
        if (page[direction] === nextToken) return all;
        const texts = page.events.map((event: { message: string }) => event.message);
        if (direction === 'nextForwardToken') all.push(...texts);
        else all.unshift(...texts);
        nextToken = page[direction];
      }
    };
    const every = numbered(3_500, 0).map((line) => line.text);
    expect(await read({ startFromHead: true }, 'nextForwardToken')).toEqual(every);
    expect(await read({}, 'nextBackwardToken')).toEqual(every);
    const range = { startTime: start + 1_500, endTime: start + 2_900 };
    expect(await read({ ...range, startFromHead: true }, 'nextForwardToken')).toEqual(
      every.slice(1_500, 2_900),
    );
    expect(await read(range, 'nextBackwardToken')).toEqual(every.slice(1_500, 2_900));
    const newest = await call('GetLogEvents', { ...stream('s'), limit: 2 });
    expect(newest.events).toMatchObject([{ message: 'line 3498' }, { message: 'line 3499' }]);
    const late = await call('FilterLogEvents', { ...group, startTime: start + 3_498 });
    expect(late.events).toMatchObject([{ message: 'line 3498' }, { message: 'line 3499' }]);
  });

  test('FilterLogEvents merges streams by time, page by page, each event once', async () => {
    const start = kernel.clock.now();
    await write('a', numbered(1_200, start, 2));
    await write('b', numbered(1_200, start + 1, 2), true);
    await write('old', [{ at: start - 1_000, text: 'line old' }]);
    const found: { timestamp: number; eventId: string; logStreamName: string }[] = [];
    let nextToken: string | undefined;
    do {
      const page = await call('FilterLogEvents', { ...group, startTime: start, limit: 500, nextToken });
      found.push(...page.events);
      nextToken = page.nextToken;
    } while (nextToken);
    expect(found.map((event) => event.timestamp - start)).toEqual(Array.from({ length: 2_400 }, (_, n) => n));
    expect(new Set(found.map((event) => event.eventId)).size).toBe(2_400);
    expect(found.every((event) => event.eventId.length === 56)).toBe(true);
    const one = await call('FilterLogEvents', {
      ...group,
      logStreamNames: ['b'],
      filterPattern: '"line 7" -70',
    });
    expect(one.events.every((event: { message: string }) => /line 7/.test(event.message))).toBe(true);
    expect(one.events).toHaveLength(1 + 9 + 89);
    await expect(call('FilterLogEvents', { ...group, logStreamNames: ['zz'] })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await expect(call('FilterLogEvents', { ...group, filterPattern: '{ $.a = 1 }' })).rejects.toThrow(
      'JSON filter patterns are not available yet',
    );
  });

  test('what a group no longer keeps is hidden at once and removed within the hour', async () => {
    const start = kernel.clock.now();
    await write('s', [{ at: start, text: 'first' }]);
    const id = await room.findStream(TEST_SCOPE, group.logGroupName, 's');
    await call('PutRetentionPolicy', { ...group, retentionInDays: 1 });
    kernel.clock.advance(25 * 3_600_000);
    expect((await call('FilterLogEvents', group)).events).toEqual([]);
    await kernel.tasks.idle();
    expect((await call('DescribeLogStreams', group)).logStreams).toEqual([]);
    expect(await kernel.logs.stat(id as string)).toBeUndefined();
  });

  test('and keep their files until a backup is done', async () => {
    const id = await write('s', [{ at: kernel.clock.now(), text: 'copied' }]);
    const backup = await beginBackup(kernel.database);
    await call('DeleteLogGroup', group);
    await kernel.tasks.idle();
    expect(await kernel.logs.stat(id)).toBeDefined();
    await backup?.end();
    kernel.clock.advance(AFTER_BACKUP_MS);
    await kernel.tasks.idle();
    expect(await kernel.logs.stat(id)).toBeUndefined();
  });

  test('and streams that anybody may still want stay, however many there are', async () => {
    const start = kernel.clock.now();
    for (let n = 0; n < 230; n++) await write(`s${n}`, [{ at: start, text: 'old' }]);
    await write('s120', [{ at: start + 20 * 3_600_000, text: 'younger' }]);
    const other = await room.openStream(TEST_SCOPE, '/kept/for-ever', 's');
    await call('PutRetentionPolicy', { ...group, retentionInDays: 1 });
    kernel.clock.advance(25 * 3_600_000);
    await kernel.tasks.idle();
    const { logStreams } = await call('DescribeLogStreams', group);
    expect(logStreams.map((each: { logStreamName: string }) => each.logStreamName)).toEqual(['s120']);
    expect(await room.findStream(TEST_SCOPE, '/kept/for-ever', 's')).toBe(other);
  });
});
