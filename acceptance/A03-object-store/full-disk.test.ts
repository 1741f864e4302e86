import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodeCommitClient, CreateRepositoryCommand, GetBranchCommand } from '@aws-sdk/client-codecommit';
import { CreateUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { gitUser } from '../../testkit/support/git-server.ts';
import { smallDisk } from '../../testkit/support/small-disk.ts';
import { startTestServer } from '../../testkit/support/test-server.ts';
import { gitCredential } from '../A01-git-hosting/world.ts';

const MIB = 1024 * 1024;

/** Fills what is left, so that not one more block can be had. */
function fill(dir: string): void {
  for (let size = MIB; size >= 512; size /= 2) {
    try {
      for (let n = 0; ; n++) writeFileSync(join(dir, `ballast-${size}-${n}`), Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

function empty(dir: string): void {
  for (const name of readdirSync(dir)) if (name.startsWith('ballast')) rmSync(join(dir, name));
}

it('a full disk refuses objects, pushes and changes, keeps nothing of them, and all goes on when there is room', async ({
  skip,
}) => {
  const disk = smallDisk(32);
  if (!disk) return skip('mounting a small disk needs root');
  const dataDir = join(disk.dir, 'data');
  const free = () => statfsSync(disk.dir).bavail * statfsSync(disk.dir).bsize;
  try {
    await using server = await startTestServer({ config: { dataDir, logLevel: 'silent' } });
    const once = { ...server.clientConfig, maxAttempts: 1 };
    const s3 = new S3Client({ ...once, forcePathStyle: true });
    const iam = new IAMClient(once);
    const codecommit = new CodeCommitClient(once);
    await s3.send(new CreateBucketCommand({ Bucket: 'disk' }));
    await codecommit.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    const { ServiceUserName = '', ServicePassword = '' } = await gitCredential(server);
    const url = new URL(`${server.endpoint}/v1/repos/app`);
    url.username = ServiceUserName;
    url.password = encodeURIComponent(ServicePassword);
    const put = (Key: string, bytes: number) =>
      s3.send(new PutObjectCommand({ Bucket: 'disk', Key, Body: randomBytes(bytes) }));

    const before = free();
    await expect(put('big', 40 * MIB)).rejects.toMatchObject({
      name: 'InternalError',
      message: expect.stringContaining('disk of this server is full'),
    });
    // Nothing of it is left, in the listings or on the disk.
    expect(before - free()).toBeLessThan(4 * MIB);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'disk' }))).KeyCount).toBe(0);
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket: 'disk' }))).Uploads).toBeUndefined();

    using user = gitUser();
    user.local('', 'init', '-q', 'work');
    writeFileSync(user.path('work/big.bin'), randomBytes(Math.round(free() * 0.7)));
    user.local('work', 'add', '.');
    user.local('work', 'commit', '-qm', 'big');
    // Taken in whole it still fits; unpacked beside it, it does not.
    const refused = await user.git('work', ['push', url.href, 'main']);
    expect([refused.code, /unpack|remote end hung up|RPC failed|disk/i.test(refused.output)]).toEqual([
      1,
      true,
    ]);
    const branch = new GetBranchCommand({ repositoryName: 'app', branchName: 'main' });
    await expect(codecommit.send(branch)).rejects.toMatchObject({ name: 'BranchDoesNotExistException' });
    expect(before - free()).toBeLessThan(4 * MIB);

    fill(disk.dir);
    // A database that grows on this disk cannot take more; the one of PostgreSQL is elsewhere.
    const names: string[] = [];
    let full: unknown;
    for (let n = 0; full === undefined && n < 2000 && server.kernel.database.dialect === 'sqlite'; n++) {
      const UserName = `user-${n}-${'x'.repeat(40)}`;
      full = await iam.send(new CreateUserCommand({ UserName })).then(
        () => void names.push(UserName),
        (error: unknown) => error,
      );
    }
    if (server.kernel.database.dialect === 'sqlite')
      expect(full).toMatchObject({ message: expect.stringContaining('disk of this server is full') });
    await expect(put('small', 100_000)).rejects.toMatchObject({ name: 'InternalError' });

    empty(disk.dir);
    await iam.send(new CreateUserCommand({ UserName: 'later' }));
    const { Users } = await iam.send(new ListUsersCommand({ MaxItems: 1000 }));
    expect(Users?.map(({ UserName }) => UserName)).toEqual([...names, 'later', 'pusher'].toSorted());
    await put('small', 100_000);
    const got = await s3.send(new GetObjectCommand({ Bucket: 'disk', Key: 'small' }));
    expect((await got.Body?.transformToByteArray())?.length).toBe(100_000);
    writeFileSync(user.path('work/big.bin'), 'small');
    user.local('work', 'commit', '-qam', 'small', '--amend');
    expect(await user.git('work', ['push', url.href, 'main'])).toMatchObject({ code: 0 });
    const moved = await codecommit.send(branch);
    expect(moved.branch?.commitId).toBe(user.local('work', 'rev-parse', 'main'));
  } finally {
    disk.unmount();
  }
}, 240_000);
