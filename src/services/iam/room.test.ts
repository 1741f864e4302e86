import { afterEach, beforeEach, expect, test } from 'vitest';
import { TEST_ACCOUNT } from '../../../testkit/support/test-context.ts';
import { openTestKernel, startTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { createIamRoom, type IamRoom } from './index.ts';

let kernel: TestKernel;
let iam: IamRoom;
beforeEach(async () => {
  kernel = await openTestKernel();
  iam = createIamRoom(kernel);
  await startTestKernel(kernel, [iam]);
});
afterEach(() => kernel[Symbol.asyncDispose]());

test('an account has one root key, made once, found by the wire', async () => {
  const keys = await Promise.all([iam.ensureAccount(TEST_ACCOUNT), iam.ensureAccount(TEST_ACCOUNT)]);
  expect(keys[0]).toEqual(keys[1]);
  const { accessKeyId, secretAccessKey } = keys[0] as { accessKeyId: string; secretAccessKey: string };
  expect(accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
  expect(await iam.credentials.find(accessKeyId, undefined)).toEqual({
    secretAccessKey,
    principal: {
      account: TEST_ACCOUNT,
      arn: `arn:aws:iam::${TEST_ACCOUNT}:root`,
      userId: TEST_ACCOUNT,
      accessKeyId,
      kind: 'root',
    },
  });
  expect(await iam.credentials.find('AKIAUNKNOWN', undefined)).toBeUndefined();
  const [row] = await kernel.database.read.query<{ secret: string }>('select secret from iam_access_keys');
  expect(row?.secret).not.toContain(secretAccessKey);
});

test('a session is found only with its own token', async () => {
  const root = await iam.ensureAccount(TEST_ACCOUNT);
  const found = await iam.credentials.find(root.accessKeyId, undefined);
  if (found === undefined || found === 'expired') throw new Error('the root key must be found');
  const { principal } = found;
  const session = await iam.issueSession(principal, 900);
  expect(session.accessKeyId).toMatch(/^ASIA/);
  expect(await iam.credentials.find(session.accessKeyId, session.sessionToken)).toMatchObject({
    secretAccessKey: session.secretAccessKey,
    principal: { arn: principal.arn, accessKeyId: session.accessKeyId, kind: 'root' },
  });
  expect(await iam.credentials.find(session.accessKeyId, undefined)).toBeUndefined();
  expect(await iam.credentials.find(session.accessKeyId, `${session.sessionToken}x`)).toBeUndefined();
  const expired = await iam.issueSession(principal, -1);
  expect(await iam.credentials.find(expired.accessKeyId, expired.sessionToken)).toBe('expired');
  expect(await iam.credentials.find(expired.accessKeyId, `${expired.sessionToken}x`)).toBeUndefined();
});
