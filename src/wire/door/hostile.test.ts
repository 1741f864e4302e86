import { text } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOn, openConnection, sendBytes } from '../../../testkit/support/raw-bytes.ts';
import { bareRoom, openTestDoor, type TestDoor } from '../../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { createLogger } from '../../kernel/telemetry/logger.ts';
import { operation } from '../operation.ts';
import { bytesOf, latin, right, shot } from './hostile.test-support.ts';

/*
 * Whatever bytes come: an answer below 500 with an id, or the end of the connection. Every id stands in the log, and
 * the log has no fault of ours.
 */

interface LogLine {
  readonly level: string;
  readonly requestId?: string;
  readonly msg: string;
}

let kernel: TestKernel;
let door: TestDoor;
const log: LogLine[] = [];

const echo = operation({ mutates: false, handler: async () => ({}) });
const change = operation({ mutates: true, handler: async () => ({}) });
const take = operation({
  mutates: true,
  handler: async (_input: unknown, context) => {
    if (context.body) await text(context.body);
    return {};
  },
});

beforeAll(async () => {
  kernel = await openTestKernel();
  const logger = createLogger({
    level: 'debug',
    destination: { write: (line) => void log.push(JSON.parse(line) as LogLine) },
  });
  const room = bareRoom({
    codepipeline: { ListPipelines: echo, CreatePipeline: change },
    codecommit: { PutFile: change },
    cloudwatch: { PutMetricData: change, ListMetrics: echo },
    sts: { GetCallerIdentity: echo, AssumeRole: echo },
    iam: { CreateRole: change },
    lambda: { Invoke: take },
    s3: {
      GetObject: echo,
      PutObject: take,
      ListObjectsV2: echo,
      DeleteObjects: change,
      CreateBucket: change,
    },
  });
  const native = [
    {
      prefix: '/_pipewright',
      async serve(_request: unknown, response: { end(text: string): unknown }) {
        response.end('native');
        return true;
      },
    },
  ];
  door = await openTestDoor({ ...kernel, logger }, [room], { native });
});
afterAll(async () => {
  await door.close();
  await kernel[Symbol.asyncDispose]();
});

/** Sends bytes; when nothing more comes for a while the sending side ends, and then the server has to. */
function answerTo(bytes: Buffer): Promise<string> {
  const socket = openConnection(door.port);
  socket.setTimeout(60, () => socket.end());
  socket.write(bytes);
  return answerOn(socket);
}

/** Statuses and ids of all answers in what came back. */
function judge(answer: string, sent: Buffer): number {
  const heads = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n/g)].filter(
    ([, status]) => status !== '100',
  );
  for (const [head, status] of heads) {
    if (Number(status) >= 500)
      throw new Error(`${status} for ${JSON.stringify(sent.toString('latin1'))}\n${answer}`);
    const id = /x-amzn-requestid: ([0-9a-f-]{36})\r\n/i.exec(head)?.[1];
    if (id === undefined) throw new Error(`no id in ${head}`);
    if (!log.some(({ requestId }) => requestId === id)) throw new Error(`${id} is in no log line: ${head}`);
  }
  return heads.length;
}

describe('hostile bytes', () => {
  it('come from requests that are right', async () => {
    const plain = { framing: 'right', flip: 2, byte: 0 } as const;
    for (const base of right) {
      const headers = [...base.headers, ['connection', 'close']] as const;
      const answer = await sendBytes(door.port, bytesOf({ ...base, headers, ...plain }));
      expect([base.target, answer.slice(0, 12)]).toEqual([base.target, expect.stringMatching(/ 20[02]$/)]);
    }
  });

  it('get an answer below 500 with an id that the log has, or the end of the connection (property)', async () => {
    let answers = 0;
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(shot, { minLength: 30, maxLength: 40 }), async (shots) => {
        const all = await Promise.all(
          shots.map(async (one) => {
            const bytes = bytesOf(one);
            return { bytes, answer: await answerTo(bytes) };
          }),
        );
        for (const { bytes, answer } of all) {
          answers += judge(answer, bytes);
          if (/^HTTP\/1.1 20/.test(answer)) accepted++;
        }
      }),
      { numRuns: 60 },
    );
    // It proves something only when requests come through.
    expect(answers).toBeGreaterThan(1000);
    expect(accepted).toBeGreaterThan(50);
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
    const alive = await sendBytes(
      door.port,
      'GET /_pipewright HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(alive).toContain('native');
  });

  it('that are no HTTP at all do neither (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(latin(200), { minLength: 30, maxLength: 40 }), async (pieces) => {
        const all = pieces.map((piece) => Buffer.from(piece, 'latin1'));
        const answers = await Promise.all(all.map(answerTo));
        for (const [at, answer] of answers.entries()) judge(answer, all[at] as Buffer);
      }),
      { numRuns: 20 },
    );
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
