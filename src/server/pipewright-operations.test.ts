import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestServer } from '../../testkit/support/test-server.ts';
import { createSignedClient } from '../wire/client/index.ts';

test('only the key in the data folder gets a backup written', async () => {
  await using server = await startTestServer();
  const { iam } = server.rooms;
  const client = (credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }) =>
    createSignedClient({ ...server.clientConfig, credentials });
  const { account } = server.config;
  const principal = { account, userId: account, accessKeyId: '' };
  const others = {
    'the root of another account': await iam.ensureAccount('222222222222'),
    "the console's session": await iam.issueSession(
      { ...principal, kind: 'root', arn: `arn:aws:iam::${account}:root` },
      900,
    ),
    'a role, as builds have one': await iam.issueSession(
      { ...principal, kind: 'assumed-role', arn: `arn:aws:sts::${account}:assumed-role/codebuild/b` },
      900,
    ),
  };
  const file = join(server.dataDir, '..', 'backup.tgz');
  for (const [who, credentials] of Object.entries(others)) {
    await expect(client(credentials).call('pipewright', 'CreateBackup', { file }), who).rejects.toMatchObject(
      {
        code: 'AccessDeniedException',
        status: 403,
      },
    );
  }
  expect(existsSync(file)).toBe(false);
  await client(server.credentials).call('pipewright', 'CreateBackup', { file });
  expect(existsSync(file)).toBe(true);
});
