import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { restoreBackup } from '../../src/server/backup/restore-backup.ts';
import { writeBackup } from '../../src/server/backup/write-backup.ts';
import { ARTIFACTS, openPipelineLab } from '../../testkit/codepipeline/pipeline-lab.ts';
import { gitUser } from '../../testkit/support/git-server.ts';
import { startTestServer } from '../../testkit/support/test-server.ts';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';

// I4.5: a backup is full, and nothing that was acknowledged before it is missing.
test('a backup that is taken in the middle of pushes and puts is whole', async () => {
  await using lab = await openPipelineLab();
  const { kernel, rooms } = lab.server;
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-load-'));
  const database = await openWantedDatabase();
  try {
    await lab.createRepository('app');
    const commits = [await lab.push('app', { 'n.txt': '0' })];
    const put = (key: string) =>
      lab.s3.send(new PutObjectCommand({ Bucket: ARTIFACTS, Key: key, Body: key }));
    await put('object-0');
    let busy = true;
    const pushing = (async () => {
      while (busy) {
        commits.push(await lab.push('app', { 'n.txt': String(commits.length) }));
        // Packed by time, that is by whatever the clock says.
        lab.server.clock.advance(3_600_000);
      }
    })();
    const putting = (async () => {
      for (let n = 1; busy; n++) await put(`object-${n}`);
    })();
    // So that it begins in the middle of both.
    await lab.until(async () => commits.length > 2);
    const acknowledged = commits.length;
    const file = join(folder, 'backup.tgz');
    const atRest = rooms.codecommit.atRest;
    const { dataDir, clock } = kernel;
    await writeBackup({ dataDir, database: kernel.database, now: clock.now(), atRest }, file);
    busy = false;
    await Promise.all([pushing, putting]);

    const target = join(folder, 'restored');
    const url = database.url === undefined ? {} : { databaseUrl: database.url };
    await restoreBackup({ file, dataDir: target, keys: join(dataDir, 'keys'), ...url });
    await using server = await startTestServer({ database: 'sqlite', config: { dataDir: target, ...url } });

    const s3 = new S3Client({ ...server.clientConfig, forcePathStyle: true });
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: ARTIFACTS, Prefix: 'object-' }),
    );
    expect(Contents.length).toBeGreaterThan(0);
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: ARTIFACTS, Key }));
      expect(await Body?.transformToString()).toBe(Key);
    }
    s3.destroy();

    using git = gitUser();
    const from = new URL(await lab.originOf('app'));
    from.port = new URL(server.endpoint).port;
    const clone = await git.git('', ['clone', '-q', from.href, 'copy']);
    expect(clone, clone.output).toMatchObject({ code: 0 });
    git.local('copy', 'fsck', '--strict', '--full');
    const head = git.local('copy', 'rev-parse', 'HEAD');
    expect(commits.indexOf(head)).toBeGreaterThanOrEqual(acknowledged - 1);
    // What was copied after the rows is announced by the start.
    const [ref] = await server.kernel.database.read.query<{ object_id: string }>(
      'select object_id from codecommit_refs',
    );
    expect(ref?.object_id).toBe(head);
  } finally {
    await database.drop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}, 180_000);
