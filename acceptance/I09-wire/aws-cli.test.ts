import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/kernel/errors.ts';
import { operation } from '../../src/wire/operation.ts';
import {
  bareRoom,
  openTestDoor,
  TEST_KEYS,
  TEST_ROOT,
  type TestDoor,
} from '../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../testkit/support/test-kernel.ts';

const run = promisify(execFile);
/** Debian's, which tests name by its path: a machine may have another one first on its PATH. */
const AWS = '/usr/bin/aws';

let kernel: TestKernel;
let door: TestDoor;
const stored = new Map<string, string>();

beforeAll(async () => {
  kernel = await openTestKernel();
  const room = bareRoom({
    sts: {
      GetCallerIdentity: operation({
        mutates: false,
        handler: async (_input, { principal }) => ({
          Account: principal.account,
          Arn: principal.arn,
          UserId: principal.userId,
        }),
      }),
    },
    codepipeline: {
      ListPipelines: operation({
        mutates: false,
        handler: async () => ({ pipelines: [{ name: 'one', version: 3 }] }),
      }),
      GetPipeline: operation({
        mutates: false,
        handler: async ({ name }: { name: string }) => {
          throw new ApiError('PipelineNotFoundException', `Account has no pipeline with name '${name}'`);
        },
      }),
    },
    s3: {
      PutObject: operation({
        mutates: true,
        handler: async (input: { Bucket: string; Key: string }, { body }) => {
          let content = '';
          for await (const piece of body?.setEncoding('utf8') ?? []) content += piece;
          stored.set(`${input.Bucket}/${input.Key}`, content);
          return { ETag: '"x"' };
        },
      }),
    },
  });
  door = await openTestDoor(kernel, [room]);
});
afterAll(async () => {
  await door.close();
  await kernel[Symbol.asyncDispose]();
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function aws(args: readonly string[], keys = TEST_KEYS): Promise<Ran> {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: kernel.dataDir,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  try {
    const { stdout, stderr } = await run(AWS, ['--endpoint-url', door.endpoint, ...args], { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, out: failed.stdout, err: failed.stderr };
  }
}

describe.skipIf(!existsSync(AWS))('the aws CLI with nothing but the endpoint (I9-S1)', () => {
  it('speaks the query protocol', async () => {
    const { code, out } = await aws(['sts', 'get-caller-identity', '--output', 'json']);
    expect([code, JSON.parse(out)]).toMatchObject([0, { Account: TEST_ROOT.account, Arn: TEST_ROOT.arn }]);
    const wrong = await aws(['sts', 'get-caller-identity'], { ...TEST_KEYS, secretAccessKey: 'wrong' });
    expect([wrong.code, wrong.err]).toEqual([254, expect.stringContaining('(SignatureDoesNotMatch)')]);
  });

  it('speaks JSON, and shows modelled errors, and by name what is not built', async () => {
    const { code, out } = await aws(['codepipeline', 'list-pipelines', '--output', 'json']);
    expect([code, JSON.parse(out)]).toMatchObject([0, { pipelines: [{ name: 'one', version: 3 }] }]);
    const missing = await aws(['codepipeline', 'get-pipeline', '--name', 'x']);
    expect([missing.code, missing.err]).toEqual([
      254,
      expect.stringMatching(
        /\(PipelineNotFoundException\) when calling the GetPipeline .*: Account has no pipeline with name 'x'/,
      ),
    ]);
    const absent = await aws(['codepipeline', 'list-webhooks']);
    expect([absent.code, absent.err]).toEqual([254, expect.stringContaining('(OperationNotBuilt)')]);
  });

  it('puts objects', async () => {
    const put = [
      's3api',
      'put-object',
      '--bucket',
      'bkt',
      '--key',
      '../a b+c',
      '--body',
      import.meta.filename,
    ];
    const { code, err } = await aws(put);
    expect([code, err]).toEqual([0, '']);
    expect(stored.get('bkt/../a b+c')).toContain('describe.skipIf');
  });
});
