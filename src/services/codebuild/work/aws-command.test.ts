import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../../../testkit/support/test-store.ts';
import { addAwsCommand } from './aws-command.ts';

let folder: string;
let machine: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aws-command-'));
  machine = join(folder, "the machine's");
  mkdirSync(machine);
  writeFileSync(join(machine, 'aws'), '#!/bin/sh\nprintf "[%s]" "$@"\nexit 7\n', { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

const execute = promisify(execFile);
const SERVER = 'http://127.0.0.1:1';
let made = 0;

/** What the machine's aws is called with. */
async function called(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const path = await addAwsCommand(join(folder, `tools-${++made}`), `/nonexistent:${machine}:/usr/bin:/bin`);
  try {
    execFileSync('/bin/sh', ['-c', 'aws "$@"', 'sh', ...args], { env: { PATH: path, ...env } });
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: Buffer };
    expect(status).toBe(7);
    return stdout.toString();
  }
  throw new Error('its exit code was lost');
}

test('aws is told of the server, and of nothing else', async () => {
  expect(await called(['s3', 'cp', 'a b', "it's"], { AWS_ENDPOINT_URL: SERVER })).toBe(
    `[--endpoint-url][${SERVER}][s3][cp][a b][it's]`,
  );
});

test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
  ['an endpoint of the command', ['s3', 'ls', '--endpoint-url=https://a'], { AWS_ENDPOINT_URL: SERVER }],
  ['one for a service', ['s3', 'ls'], { AWS_ENDPOINT_URL: SERVER, AWS_ENDPOINT_URL_S3: 'https://b' }],
  [
    'none that is configured',
    ['s3', 'ls'],
    { AWS_ENDPOINT_URL: SERVER, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
  ],
  ['no server', ['s3', 'ls'], {}],
])('what the build says for itself wins: %s', async (_title, args, env) => {
  expect(await called(args, env)).toBe(args.map((arg) => `[${arg}]`).join(''));
});

test('a value that only looks like such a name changes nothing', async () => {
  expect(await called(['s3'], { AWS_ENDPOINT_URL: SERVER, NOTE: 'see AWS_ENDPOINT_URL_S3=x' })).toBe(
    `[--endpoint-url][${SERVER}][s3]`,
  );
});

test('a machine without aws keeps being one', async () => {
  const none = join(folder, 'none');
  expect(await addAwsCommand(none, '/nonexistent')).toBe('/nonexistent');
  chmodSync(join(machine, 'aws'), 0o644);
  expect(await addAwsCommand(none, machine)).toBe(machine);
  chmodSync(join(machine, 'aws'), 0o755);
});

test('Debian’s aws speaks to the server', { timeout: 120_000 }, async () => {
  await using store: TestStore = await openTestStore();
  const { accessKeyId, secretAccessKey } = store.client.credentials;
  const env = {
    PATH: await addAwsCommand(join(folder, 'debian'), '/usr/bin:/bin'),
    HOME: '/nonexistent',
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: store.client.region,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { stdout } = await execute(
    'sh',
    ['-c', 'aws sts get-caller-identity --query Arn --output text && aws s3 mb s3://from-a-build'],
    { env },
  );
  expect(stdout).toMatch(/^arn:aws:iam::\d+:root\nmake_bucket: from-a-build\n$/);
});
