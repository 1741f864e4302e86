import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildServer, openBuildServer } from '../C01-buildspec/build-client.ts';

let server: BuildServer;
beforeAll(async () => {
  server = await openBuildServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('groups, streams, events and retention through the SDK (H2.4)', async () => {
  const { logs, clock } = server;
  const logGroupName = '/my/app';
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  for (const logStreamName of ['a', 'b']) {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    await logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: [1, 2, 3].map((n) => ({
          timestamp: clock.now() + n,
          message: `${logStreamName}${n} ERROR`,
        })),
      }),
    );
  }
  const found: string[] = [];
  for await (const page of paginateFilterLogEvents(
    { client: logs, pageSize: 2 },
    { logGroupName, filterPattern: 'ERROR -a2' },
  )) {
    found.push(...(page.events ?? []).map((event) => event.message as string));
  }
  expect(found.toSorted()).toEqual(['a1 ERROR', 'a3 ERROR', 'b1 ERROR', 'b2 ERROR', 'b3 ERROR']);
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/my' }));
  expect(logGroups).toMatchObject([{ logGroupName, retentionInDays: 7 }]);
  const { logStreams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', descending: true }),
  );
  expect(logStreams?.map((stream) => stream.logStreamName).toSorted()).toEqual(['a', 'b']);
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  await expect(logs.send(new FilterLogEventsCommand({ logGroupName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

const AWS = '/usr/bin/aws';

describe.skipIf(!existsSync(AWS))('the aws CLI', () => {
  test('logs tail --follow shows the lines of a build that runs', async () => {
    await server.makeProject('followed', {
      version: 0.2,
      phases: {
        build: {
          commands: [
            'echo "first line"; until [ -e "$CODEBUILD_SRC_DIR/go" ]; do sleep 0.05; done',
            'echo "second line"',
          ],
        },
      },
    });
    const id = await server.start('followed');
    const tail = spawn(
      AWS,
      [
        'logs',
        'tail',
        '/aws/codebuild/followed',
        '--follow',
        '--since',
        '1h',
        '--endpoint-url',
        server.endpoint,
      ],
      // Python keeps output to a pipe back until there is more of it.
      { env: { ...server.env, PYTHONUNBUFFERED: '1' } },
    );
    let shown = '';
    let errors = '';
    tail.stdout.on('data', (chunk: Buffer) => void (shown += chunk));
    tail.stderr.on('data', (chunk: Buffer) => void (errors += chunk));
    const until = async (text: string) => {
      while (!shown.includes(text)) {
        expect(tail.exitCode, errors).toBeNull();
        await delay(50);
      }
    };
    try {
      await until('first line');
      const { workRoot } = server.kernel.sandbox;
      const folder = `b-${id.split(':')[1]?.replaceAll('-', '').slice(0, 16)}`;
      writeFileSync(`${workRoot}/${folder}/src/go`, '');
      await until('second line');
      expect(shown.match(/Running command echo "first line"/g)).toHaveLength(1);
    } finally {
      tail.kill();
    }
    await server.ended(id);
  });
});
