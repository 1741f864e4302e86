import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_ACCOUNT } from '../../testkit/support/test-context.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

const run = promisify(execFile);
const curl = async (...args: string[]) => (await run('curl', ['-sS', ...args])).stdout;

describe.skipIf(!existsSync('/usr/bin/aws'))('the object store from the command line (A3)', () => {
  let store: TestStore;
  let dir: string;
  const ok = async (...args: string[]) => {
    const { code, out, err } = await store.aws(args, { cwd: dir });
    expect([code, err], args.join(' ')).toEqual([0, '']);
    return out;
  };

  beforeAll(async () => {
    store = await openTestStore();
    dir = mkdtempSync(join(tmpdir(), 'pipewright-cli-'));
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
  });

  test('mb, cp, ls, mv, rm and rb', async () => {
    await ok('s3', 'mb', 's3://from-cli');
    writeFileSync(join(dir, 'hello.txt'), 'hello');
    await ok('s3', 'cp', 'hello.txt', 's3://from-cli/dir/hello.txt');
    expect(await ok('s3', 'ls', 's3://from-cli')).toMatch(/PRE dir\//);
    expect(await ok('s3', 'ls', 's3://from-cli/dir/')).toMatch(/ 5 hello.txt/);
    await ok('s3', 'mv', 's3://from-cli/dir/hello.txt', 's3://from-cli/moved ü.txt');
    await ok('s3', 'cp', 's3://from-cli/moved ü.txt', 'back.txt');
    expect(readFileSync(join(dir, 'back.txt'), 'utf8')).toBe('hello');
    const full = await store.aws(['s3', 'rb', 's3://from-cli']);
    expect(full.err).toContain('BucketNotEmpty');
    await ok('s3', 'rb', '--force', 's3://from-cli');
    expect(await ok('s3', 'ls')).toBe('');
  });

  test('sync sends what changed, and deletes when told to', async () => {
    await ok('s3', 'mb', 's3://synced');
    mkdirSync(join(dir, 'site/deep'), { recursive: true });
    for (const name of ['a.txt', 'deep/b c.txt']) writeFileSync(join(dir, 'site', name), name);
    expect((await ok('s3', 'sync', 'site', 's3://synced/x', '--no-progress')).match(/upload:/g)).toHaveLength(
      2,
    );
    expect(await ok('s3', 'sync', 'site', 's3://synced/x')).toBe('');
    writeFileSync(join(dir, 'site/a.txt'), 'changed and longer');
    rmSync(join(dir, 'site/deep'), { recursive: true, force: true, maxRetries: 20 });
    const again = await ok('s3', 'sync', 'site', 's3://synced/x', '--delete', '--no-progress');
    expect(again).toMatch(/upload: .*a\.txt/);
    expect(again).toMatch(/delete: .*b c\.txt/);
    await ok('s3', 'sync', 's3://synced/x', 'down', '--no-progress');
    expect(readFileSync(join(dir, 'down/a.txt'), 'utf8')).toBe('changed and longer');
  });

  test('20 MB go up in parts and come back the same', async () => {
    await ok('s3', 'mb', 's3://large');
    const bytes = randomBytes(20 * 1024 * 1024);
    writeFileSync(join(dir, 'large.bin'), bytes);
    await ok('s3', 'cp', 'large.bin', 's3://large/large.bin', '--no-progress');
    const head = JSON.parse(await ok('s3api', 'head-object', '--bucket', 'large', '--key', 'large.bin'));
    expect(head).toMatchObject({ ContentLength: bytes.length, ETag: expect.stringMatching(/-3"$/) });
    await ok('s3', 'cp', 's3://large/large.bin', 'down.bin', '--no-progress');
    expect(readFileSync(join(dir, 'down.bin')).equals(bytes)).toBe(true);
  });

  test('versions and typed errors', async () => {
    await ok('s3', 'mb', 's3://versioned-cli');
    const bucket = ['--bucket', 'versioned-cli'];
    await ok('s3api', 'put-bucket-versioning', ...bucket, '--versioning-configuration', 'Status=Enabled');
    for (const text of ['1', '2']) {
      writeFileSync(join(dir, 'v'), text);
      await ok('s3api', 'put-object', ...bucket, '--key', 'v', '--body', 'v');
    }
    const { Versions } = JSON.parse(await ok('s3api', 'list-object-versions', ...bucket));
    expect(Versions).toHaveLength(2);
    const get = [
      's3api',
      'get-object',
      ...bucket,
      '--key',
      'v',
      '--version-id',
      Versions[1].VersionId,
      'old',
    ];
    await ok(...get);
    expect(readFileSync(join(dir, 'old'), 'utf8')).toBe('1');
    const missing = await store.aws(['s3api', 'get-object', ...bucket, '--key', 'none', '/dev/null']);
    expect([missing.code, missing.err]).toEqual([254, expect.stringContaining('(NoSuchKey)')]);
    const twice = await store.aws(['s3api', 'create-bucket', ...bucket]);
    expect(twice.err).toContain('(BucketAlreadyOwnedByYou)');
  });

  test('presigned URLs work without keys until they expire (A3.5)', async () => {
    await ok('s3', 'mb', 's3://presigned');
    const client = new S3Client(store.client);
    const put = new PutObjectCommand({ Bucket: 'presigned', Key: 'a b/ü.txt' });
    const putUrl = await getSignedUrl(client, put, { expiresIn: 60 });
    await curl('-X', 'PUT', '--data-binary', 'by curl', putUrl);
    const get = new GetObjectCommand({ Bucket: 'presigned', Key: 'a b/ü.txt' });
    expect(await curl(await getSignedUrl(client, get))).toBe('by curl');
    const fromCli = (await ok('s3', 'presign', 's3://presigned/a b/ü.txt')).trim();
    expect(await curl(fromCli)).toBe('by curl');
    const fromRoom = await store.s3.presignGet(TEST_ACCOUNT, { bucket: 'presigned', key: 'a b/ü.txt' }, 60);
    expect(await curl(fromRoom)).toBe('by curl');
    expect(await curl(fromRoom.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'))).toContain(
      'SignatureDoesNotMatch',
    );
    const past = await getSignedUrl(client, get, { expiresIn: 1, signingDate: new Date(Date.now() - 5000) });
    const answer = await curl('-w', '%{http_code}', past);
    expect(answer).toContain('AccessDenied');
    expect(answer).toMatch(/403$/);
    client.destroy();
  });
});
