import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TEST_ACCOUNT } from '../../testkit/support/test-context.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';
import { ON_POSTGRES } from '../../testkit/support/wanted-database.ts';

const run = promisify(execFile);
const curl = async (...args: string[]) => (await run('curl', ['-sS', ...args])).stdout;

/** The command line takes its time to start, and more on a busy machine. */
vi.setConfig({ testTimeout: 300_000 });

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

  // What is stored is the same on every database (the SDK's tests look at it on both), and so are the bytes on the wire.
  if (ON_POSTGRES) return;

  test('whole trees are copied, moved, listed and removed, with what is said about their files', async () => {
    await ok('s3', 'mb', 's3://trees');
    mkdirSync(join(dir, 'tree/sub dir'), { recursive: true });
    const names = ['index.html', 'style.css', 'sub dir/ü+1.json', 'skip.log'];
    for (const name of names) writeFileSync(join(dir, 'tree', name), name);
    const told = ['--metadata', 'team=web', '--cache-control', 'max-age=60', '--no-progress'];
    await ok('s3', 'cp', 'tree', 's3://trees/a', '--recursive', '--exclude', '*.log', ...told);
    const listed = await ok('s3', 'ls', 's3://trees', '--recursive', '--human-readable', '--summarize');
    expect(listed).toMatch(/a\/index\.html[^]*a\/style\.css[^]*a\/sub dir\/ü\+1\.json[^]*Total Objects: 3/);
    const client = new S3Client(store.client);
    const head = (Key: string) => client.send(new HeadObjectCommand({ Bucket: 'trees', Key }));
    expect(await head('a/index.html')).toMatchObject({
      ContentType: 'text/html',
      CacheControl: 'max-age=60',
      Metadata: { team: 'web' },
    });
    expect((await head('a/sub dir/ü+1.json')).ContentType).toBe('application/json');
    // From bucket to bucket what is said about a file comes along.
    await ok('s3', 'mb', 's3://trees-too');
    await ok('s3', 'sync', 's3://trees/a', 's3://trees-too/b', '--no-progress');
    await ok('s3', 'mv', 's3://trees-too/b', 's3://trees/c', '--recursive', '--no-progress');
    expect(await head('c/style.css')).toMatchObject({ ContentType: 'text/css', Metadata: { team: 'web' } });
    expect(await ok('s3', 'ls', 's3://trees-too')).toBe('');
    await ok('s3', 'cp', 's3://trees/c', 'tree-back', '--recursive', '--no-progress');
    expect(readFileSync(join(dir, 'tree-back/sub dir/ü+1.json'), 'utf8')).toBe('sub dir/ü+1.json');
    await ok('s3', 'rm', 's3://trees/a', '--recursive', '--include', '*', '--exclude', '*.css');
    expect((await ok('s3', 'ls', 's3://trees/a/', '--recursive')).trim()).toMatch(/style\.css$/);
    client.destroy();
  });

  test('an upload in parts that broke off is found, gone on with, and another given up', async () => {
    await ok('s3', 'mb', 's3://resumed');
    const of = ['--bucket', 'resumed', '--key', 'big.bin'];
    const bytes = randomBytes(6 * 1024 * 1024);
    writeFileSync(join(dir, 'part1'), bytes.subarray(0, 5 * 1024 * 1024));
    writeFileSync(join(dir, 'part2'), bytes.subarray(5 * 1024 * 1024));
    const begin = async () => JSON.parse(await ok('s3api', 'create-multipart-upload', ...of)).UploadId;
    const send = (id: string, part: string) =>
      ok('s3api', 'upload-part', ...of, '--upload-id', id, '--part-number', part, '--body', `part${part}`);
    const [id, other] = [await begin(), await begin()];
    await send(id, '1');
    await send(other, '1');
    const { Uploads } = JSON.parse(await ok('s3api', 'list-multipart-uploads', '--bucket', 'resumed'));
    expect(Uploads.map((each: { UploadId: string }) => each.UploadId).toSorted()).toEqual(
      [id, other].toSorted(),
    );
    const { Parts } = JSON.parse(await ok('s3api', 'list-parts', ...of, '--upload-id', id));
    const { ETag } = JSON.parse(await send(id, '2'));
    const parts = {
      Parts: [
        { PartNumber: 1, ETag: Parts[0].ETag },
        { PartNumber: 2, ETag },
      ],
    };
    await ok('s3api', 'abort-multipart-upload', ...of, '--upload-id', other);
    const late = await store.aws(['s3api', 'list-parts', ...of, '--upload-id', other]);
    expect(late.err).toContain('(NoSuchUpload)');
    const whole = ['--multipart-upload', JSON.stringify(parts)];
    await ok('s3api', 'complete-multipart-upload', ...of, '--upload-id', id, ...whole);
    await ok('s3', 'cp', 's3://resumed/big.bin', 'resumed.bin', '--no-progress');
    expect(readFileSync(join(dir, 'resumed.bin')).equals(bytes)).toBe(true);
  });

  test('what is not built is refused by its name', async () => {
    await ok('s3', 'mb', 's3://refusing');
    const bucket = ['--bucket', 'refusing'];
    const notification = ['--notification-configuration', '{"EventBridgeConfiguration":{}}'];
    const set = await store.aws([
      's3api',
      'put-bucket-notification-configuration',
      ...bucket,
      ...notification,
    ]);
    expect(set.err).toMatch(/\(OperationNotBuilt\).*PutBucketNotificationConfiguration/);
    const website = await store.aws(['s3', 'website', 's3://refusing', '--index-document', 'index.html']);
    expect(website.err).toMatch(/\(OperationNotBuilt\).*PutBucketWebsite/);
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
    const putUrl = await getSignedUrl(client, put);
    await curl('-X', 'PUT', '--data-binary', 'by curl', putUrl);
    const get = new GetObjectCommand({ Bucket: 'presigned', Key: 'a b/ü.txt' });
    expect(await curl(await getSignedUrl(client, get))).toBe('by curl');
    const fromCli = (await ok('s3', 'presign', 's3://presigned/a b/ü.txt')).trim();
    expect(await curl(fromCli)).toBe('by curl');
    const fromRoom = await store.s3.presignGet(TEST_ACCOUNT, { bucket: 'presigned', key: 'a b/ü.txt' }, 3600);
    expect(await curl(fromRoom)).toBe('by curl');
    expect(await curl(fromRoom.replace('X-Amz-Expires=3600', 'X-Amz-Expires=3601'))).toContain(
      'SignatureDoesNotMatch',
    );
    const past = await getSignedUrl(client, get, { expiresIn: 1, signingDate: new Date(Date.now() - 5000) });
    const answer = await curl('-w', '%{http_code}', past);
    expect(answer).toContain('AccessDenied');
    expect(answer).toMatch(/403$/);
    client.destroy();
  });
});
