import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type DatabasePlace, describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import {
  bareRoom,
  openTestDoor,
  TEST_KEYS,
  TEST_ROOT,
  type TestDoor,
} from '../../../testkit/support/test-door.ts';
import type { TestKernel } from '../../../testkit/support/test-kernel.ts';
import type { Tx } from '../../kernel/database/port.ts';
import { operation, type RequestContext } from '../operation.ts';
import { signRequest } from '../sigv4/sign.ts';
import { jsonCall } from './raw-client.test-support.ts';
import type { AuditRow } from './tables.ts';

let place: DatabasePlace;
let kernel: TestKernel;
let door: TestDoor;
let calls: string[] = [];
const nothing = async () => {};
/** What the next handler does, besides noting its call. */
let act: (context: RequestContext) => Promise<void> = nothing;

const resources = (input: { name: string }) => {
  const account = input.name === 'foreign' ? '222222222222' : TEST_ROOT.account;
  return [`arn:aws:codepipeline:us-east-1:${account}:${input.name}`];
};
const handler = async (input: { name: string }, context: RequestContext) => {
  calls.push(input.name);
  await act(context);
  return {};
};

async function openRoom(newPlace: () => Promise<DatabasePlace>): Promise<void> {
  place = await newPlace();
  kernel = await place.openKernel();
  const room = bareRoom({
    codepipeline: {
      ListPipelines: operation({ mutates: false, handler: async () => ({ pipelines: [] }) }),
      GetPipeline: operation({ mutates: false, resources, handler: async () => ({}) }),
      DeletePipeline: operation({ mutates: true, resources, handler }),
      StopPipelineExecution: operation({
        mutates: true,
        actsOutside: true,
        handler: async (_input, context) => {
          await act(context);
          return {};
        },
      }),
    },
  });
  door = await openTestDoor(kernel, [room]);
}

beforeEach(() => {
  calls = [];
  act = nothing;
});
const audit = () =>
  kernel.database.read.query<AuditRow & Record<string, string | number>>(
    'select * from audit order by at, request_id',
  );
const attempt = (n: number, name: string, invocation = 'f3b1c2d4-0000-4000-8000-000000000001') =>
  jsonCall(
    door.port,
    'DeletePipeline',
    { name },
    {
      headers: { 'amz-sdk-invocation-id': invocation, 'amz-sdk-request': `attempt=${n}; max=3` },
    },
  );

describeEachDatabase('a mutating operation', (newPlace) => {
  beforeAll(() => openRoom(newPlace));
  afterAll(async () => {
    await door.close();
    await place[Symbol.asyncDispose]();
  });

  it('leaves an audit row, also when it is refused, and a reading one none', async () => {
    const before = (await audit()).length;
    await jsonCall(door.port, 'ListPipelines', {});
    const done = await jsonCall(door.port, 'DeletePipeline', { name: 'mine' });
    const denied = await jsonCall(door.port, 'DeletePipeline', { name: 'foreign' });
    act = () => Promise.reject(new Error('secret detail'));
    const failed = await jsonCall(door.port, 'DeletePipeline', { name: 'mine' });
    expect(JSON.parse(denied.body)).toMatchObject({
      __type: 'AccessDeniedException',
      message: expect.stringContaining(
        'codepipeline:DeletePipeline on resource: arn:aws:codepipeline:us-east-1:2222',
      ),
    });
    const rows = (await audit()).slice(before);
    const ids = [done, denied, failed].map(({ headers }) => headers['x-amzn-requestid']);
    expect(new Map(rows.map((row) => [row.request_id, row.outcome]))).toEqual(
      new Map([
        [ids[0], 'ok'],
        [ids[1], 'AccessDeniedException'],
        [ids[2], 'InternalFailure'],
      ]),
    );
    expect(rows.find((row) => row.request_id === ids[0])).toMatchObject({
      account: TEST_ROOT.account,
      region: 'us-east-1',
      principal: TEST_ROOT.arn,
      service: 'codepipeline',
      operation: 'DeletePipeline',
      resources: '["arn:aws:codepipeline:us-east-1:111111111111:mine"]',
    });
    expect(calls).toEqual(['mine', 'mine']);
  });

  it('comes with its row: in its first transaction, or before what it does elsewhere', async () => {
    const rowOf = async ({ requestId }: Pick<RequestContext, 'requestId'>) =>
      (await audit()).find((row) => row.request_id === requestId)?.outcome;
    const change = (tx: Tx) => tx.execute('delete from answered_requests where id = ?', ['none']);
    const seen: (string | undefined)[] = [];
    act = async (context) => {
      const refused = kernel.database.transaction(async (tx) => {
        await change(tx);
        throw new Error('rolled back');
      });
      await refused.catch(() => {});
      seen.push(await rowOf(context));
      await Promise.all([kernel.database.transaction(change), kernel.database.transaction(change)]);
      seen.push(await rowOf(context));
      throw new Error('later');
    };
    const failed = await jsonCall(door.port, 'DeletePipeline', { name: 'mine' });
    expect(seen).toEqual([undefined, 'begun']);
    const requestId = String(failed.headers['x-amzn-requestid']);
    expect(await rowOf({ requestId })).toBe('InternalFailure');

    act = async (context) => {
      seen.push(await rowOf(context));
    };
    const input = { pipelineName: 'p', pipelineExecutionId: 'aaaaaaaa-0000-4000-8000-000000000000' };
    const done = await jsonCall(door.port, 'StopPipelineExecution', input);
    expect(seen.slice(2)).toEqual(['begun']);
    expect(await rowOf({ requestId: String(done.headers['x-amzn-requestid']) })).toBe('ok');
  });

  it('leaves no row in what others do meanwhile', async () => {
    const before = (await audit()).length;
    act = async () => {};
    const other = kernel.database.transaction((tx) => tx.query('select 1'));
    await Promise.all([other, jsonCall(door.port, 'DeletePipeline', { name: 'mine' })]);
    await kernel.database.transaction((tx) => tx.query('select 1'));
    expect((await audit()).length).toBe(before + 1);
  });

  it('and a read leaves a row only when it is of what is not theirs', async () => {
    const before = (await audit()).length;
    await jsonCall(door.port, 'GetPipeline', { name: 'mine' });
    await jsonCall(door.port, 'GetPipeline', { name: '' });
    await jsonCall(door.port, 'GetPipeline', { name: 'foreign' });
    expect((await audit()).slice(before).map((row) => [row.operation, row.outcome])).toEqual([
      ['GetPipeline', 'AccessDeniedException'],
    ]);
  });

  it('happens once however often the SDK tries', async () => {
    const first = await attempt(1, 'once');
    const second = await attempt(2, 'once');
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers['x-amzn-requestid']).not.toBe(first.headers['x-amzn-requestid']);
    expect(calls).toEqual(['once']);
    await attempt(2, 'other');
    await attempt(2, 'once', 'f3b1c2d4-0000-4000-8000-000000000002');
    expect(calls).toEqual(['once', 'other', 'once']);
    const rows = await kernel.database.read.query<{ answer: string }>('select answer from answered_requests');
    expect(rows.every(({ answer }) => !answer.includes('"status"'))).toBe(true);
  });

  it('that is still under way is waited for', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    act = () => {
      begin();
      return gate;
    };
    const first = attempt(1, 'slow', 'f3b1c2d4-0000-4000-8000-000000000003');
    await begun;
    const second = attempt(2, 'slow', 'f3b1c2d4-0000-4000-8000-000000000003');
    // The second one has come in before the first may go on.
    await jsonCall(door.port, 'ListPipelines', {});
    open();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(calls).toEqual(['slow']);
  });

  it('that failed by our fault is done again', async () => {
    act = () => Promise.reject(new Error('once'));
    expect((await attempt(1, 'again', 'f3b1c2d4-0000-4000-8000-000000000004')).status).toBe(500);
    act = nothing;
    expect((await attempt(2, 'again', 'f3b1c2d4-0000-4000-8000-000000000004')).status).toBe(200);
    expect(calls).toEqual(['again', 'again']);
  });

  it('learns that its client has gone', async () => {
    const abort = new AbortController();
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    act = ({ signal }) => {
      signal.addEventListener('abort', () => resolve());
      abort.abort();
      return aborted;
    };
    const headers = signRequest({
      method: 'POST',
      rawPath: '/',
      headers: { host: `127.0.0.1:${door.port}`, 'x-amz-target': 'CodePipeline_20150709.DeletePipeline' },
      payload: Buffer.from('{"name":"gone"}'),
      region: 'us-east-1',
      service: 'codepipeline',
      credentials: TEST_KEYS,
      now: Date.now(),
    });
    const sent = fetch(`${door.endpoint}/`, {
      method: 'POST',
      headers,
      body: '{"name":"gone"}',
      signal: abort.signal,
    });
    await expect(sent).rejects.toThrow('aborted');
    await aborted;
    expect(calls).toEqual(['gone']);
  });
});
