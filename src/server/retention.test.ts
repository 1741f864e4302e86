import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testkit/support/test-server.ts';
import type { SqlValue } from '../kernel/database/port.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SCOPE = ['111111111111', 'us-east-1'];

describe.each(['sqlite', 'postgres'] as const)('a server on %s forgets', (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ database });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const insert = (table: string, columns: string, rows: readonly (readonly SqlValue[])[]) =>
    server.kernel.database.transaction(async (tx) => {
      const places = columns.split(',').map(() => '?');
      for (const row of rows)
        await tx.execute(`insert into ${table} (${columns}) values (${places.join()})`, row);
    });
  const count = async (table: string) => {
    const [row] = await server.kernel.database.read.query<{ n: number }>(
      `select count(*) as n from ${table}`,
    );
    return Number(row?.n);
  };
  /** The sweep that a step sets off has ended before the next step. */
  const pass = async (ms: number) => {
    server.clock.advance(ms);
    await server.kernel.tasks.idle();
  };
  const anHour = () => pass(HOUR + 1);

  test('old audit rows, in batches', async () => {
    const now = server.clock.now();
    const row = (age: number, n: number) => [...SCOPE, now - age, `${n}`, 'p', 'k', 's', 'o', 'ok', '[]'];
    await insert(
      'audit',
      'account,region,at,request_id,principal,access_key_id,service,operation,outcome,resources',
      [...Array.from({ length: 1200 }, (_, n) => row(366 * DAY, n)), row(364 * DAY, 1)],
    );
    await anHour();
    expect(await count(`audit where at < ${now - DAY}`)).toBe(1);
  });

  test('what has its own end: sessions, sign-in links, kept answers, test reports', async () => {
    const [now, wall] = [server.clock.now(), server.kernel.clock.wall()];
    const session = (id: string, end: number) => [
      SCOPE[0] as string,
      '-',
      id,
      '',
      '',
      end,
      'root',
      '{}',
      '{}',
    ];
    await insert(
      'iam_sessions',
      'account,region,access_key_id,secret,token_hash,expires_at,owner,principal,details',
      [
        session('ASIAOLD', wall - 8 * DAY),
        session('ASIAEXPIRED', wall - 6 * DAY),
        session('ASIANEW', wall + HOUR),
      ],
    );
    for (const table of ['console_links', 'console_sessions']) {
      const more = table === 'console_links' ? '' : ',created_at';
      const link = (id: string, end: number) => [id, '1', '{}', end, ...(more === '' ? [] : [0])];
      await insert(table, `token_hash,account,standing,expires_at${more}`, [
        link('old', wall - 1),
        link('new', wall + HOUR),
      ]);
    }
    await insert('answered_requests', 'account,region,id,at,answer', [
      [...SCOPE, 'old', wall - HOUR, ''],
      [...SCOPE, 'new', wall, ''],
    ]);
    const report = (id: string, end: number) => [
      ...SCOPE,
      'g',
      id,
      id,
      'b',
      'TEST',
      'SUCCEEDED',
      0,
      end,
      '{}',
    ];
    await insert(
      'codebuild_reports',
      'account,region,group_name,id,name,build_id,type,status,created_at,expires_at,summary',
      [report('old', now), report('new', now + DAY)],
    );
    const cases = (id: string, n: number) => [...SCOPE, 'g', id, n, '', '', '', '', 0, '', ''];
    await insert(
      'codebuild_test_cases',
      'account,region,group_name,report_id,n,prefix,name,suite,status,duration,message,file',
      [...Array.from({ length: 1001 }, (_, n) => cases('old', n)), cases('new', 1)],
    );
    await anHour();
    const left = async (table: string, column: string) =>
      (
        await server.kernel.database.read.query<{ id: string }>(
          `select distinct ${column} as id from ${table}`,
        )
      )
        .map(({ id }) => id)
        .filter((id) => /^(old|new|ASIA(OLD|EXPIRED|NEW))$/.test(id))
        .toSorted();
    expect(await left('iam_sessions', 'access_key_id')).toEqual(['ASIAEXPIRED', 'ASIANEW']);
    expect(await left('console_links', 'token_hash')).toEqual(['new']);
    expect(await left('console_sessions', 'token_hash')).toEqual(['new']);
    expect(await left('answered_requests', 'id')).toEqual(['new']);
    expect(await left('codebuild_reports', 'id')).toEqual(['new']);
    expect(await left('codebuild_test_cases', 'report_id')).toEqual(['new']);
  });

  test('tokens and dead letters', async () => {
    const now = server.clock.now();
    const token = (id: string, age: number) => [...SCOPE, 'p', id, 'e', '{}', now - age];
    await insert('codepipeline_tokens', 'account,region,pipeline_id,token,execution_id,request,at', [
      token('old', 8 * DAY),
      token('new', 6 * DAY),
    ]);
    const letter = (id: string, age: number) => [id, ...SCOPE, now - age, '', '', '', 1, '', '{}'];
    await insert(
      'events_failures',
      'id,account,region,at,rule_arn,target_arn,event_id,attempts,error,event',
      [letter('old', 15 * DAY), letter('new', 13 * DAY)],
    );
    await anHour();
    expect([await count('codepipeline_tokens'), await count('events_failures')]).toEqual([1, 1]);
  });

  test('uploads that nobody completed, but nothing of objects that were put in parts', async () => {
    const s3 = new S3Client({ ...server.clientConfig, forcePathStyle: true });
    const Bucket = 'uploads';
    await s3.send(new CreateBucketCommand({ Bucket }));
    const begin = async (Key: string) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const place = { Bucket, Key, UploadId };
      const { ETag } = await s3.send(new UploadPartCommand({ ...place, PartNumber: 1, Body: Key }));
      return { ...place, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    };
    const done = await begin('done');
    await s3.send(new CompleteMultipartUploadCommand(done));
    const old = await begin('old');
    await pass(6 * DAY);
    await begin('young');
    await pass(DAY);
    await anHour();
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads.map(({ Key }) => Key)).toEqual(['young']);
    await expect(s3.send(new CompleteMultipartUploadCommand(old))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'done' }));
    expect(await Body?.transformToString()).toBe('done');
    expect(await count('s3_parts')).toBe(2);
    s3.destroy();
  });
});
