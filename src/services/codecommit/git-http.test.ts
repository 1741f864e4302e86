import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { ADA, details, eventually, openGitHouse } from './codecommit.test-support.ts';

async function zipEntries(zip: Buffer): Promise<Record<string, number>> {
  const modes: Record<string, number> = {};
  const file = await fromBufferPromise(zip, { lazyEntries: true });
  for await (const entry of file.eachEntry()) {
    modes[entry.fileName] = entry.externalFileAttributes >>> 16;
  }
  return modes;
}

describeEachDatabase('git over HTTP', (newPlace) => {
  it('serves push, clone and fetch, and tells the bus what moved', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { room, events, server, user, url, repositoryId } = house;

    user.local('', 'init', '-q', 'work');
    user.write('work/run.sh', '#!/bin/sh\n');
    chmodSync(user.path('work/run.sh'), 0o755);
    symlinkSync('run.sh', user.path('work/link'));
    writeFileSync(user.path('work/big.bin'), randomBytes(3 * 1024 * 1024));
    user.local('work', 'add', '.');
    user.local('work', 'commit', '-qm', 'first');
    const first = user.local('work', 'rev-parse', 'HEAD');
    expect(await user.git('work', ['push', url, 'main'])).toMatchObject({ code: 0 });

    // What git push has answered is known at once.
    expect(await room.branchHead(TEST_SCOPE, 'app', 'main')).toMatchObject({
      commitId: first,
      message: 'first\n',
    });
    await eventually(() => events.length === 1);
    expect(events[0]).toMatchObject({
      source: 'aws.codecommit',
      detailType: 'CodeCommit Repository State Change',
      resources: [`arn:aws:codecommit:us-east-1:${TEST_ACCOUNT}:app`],
      detail: {
        event: 'referenceCreated',
        repositoryName: 'app',
        repositoryId: repositoryId,
        referenceType: 'branch',
        referenceName: 'main',
        referenceFullName: 'refs/heads/main',
        commitId: first,
        callerUserArn: ADA.arn,
      },
    });
    expect(details(events)[0]).not.toHaveProperty('oldCommitId');

    expect(await user.git('', ['clone', '-q', url, 'copy'])).toMatchObject({ code: 0 });
    expect(user.local('copy', 'rev-parse', 'HEAD')).toBe(first);

    user.write('work/more.txt', 'more');
    user.local('work', 'add', '.');
    user.local('work', 'commit', '-qm', 'second');
    user.local('work', 'tag', '-a', 'v1', '-m', 'one');
    user.local('work', 'branch', 'feature/x');
    const second = user.local('work', 'rev-parse', 'HEAD');
    expect(await user.git('work', ['push', url, 'main', 'v1', 'feature/x'])).toMatchObject({ code: 0 });
    await eventually(() => events.length === 4);
    expect(details(events).slice(1)).toMatchObject([
      { event: 'referenceCreated', referenceType: 'branch', referenceName: 'feature/x', commitId: second },
      { event: 'referenceUpdated', referenceName: 'main', commitId: second, oldCommitId: first },
      { event: 'referenceCreated', referenceType: 'tag', referenceName: 'v1', commitId: second },
    ]);

    expect(await user.git('copy', ['pull', '-q'])).toMatchObject({ code: 0 });
    expect(readFileSync(user.path('copy/more.txt'), 'utf8')).toBe('more');

    expect(await user.git('work', ['push', url, '--delete', 'feature/x'])).toMatchObject({ code: 0 });
    await eventually(() => events.length === 5);
    expect(details(events)[4]).toMatchObject({ event: 'referenceDeleted', oldCommitId: second });
    expect(details(events)[4]).not.toHaveProperty('commitId');

    const refused = await user.git('work', ['push', url, '--delete', 'main']);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('refusing to delete the current branch');
    // git's advice is about settings of the server's own.
    expect(refused.output).not.toContain('denyDeleteCurrent');
    expect(server.failures).toEqual([]);
  });

  it('asks for credentials, and refuses wrong ones and unknown repositories (A1 failure and security)', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { server, user } = house;
    const bare = await fetch(`${server.url}/v1/repos/app/info/refs?service=git-upload-pack`);
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Pipewright"']);
    // Whoever is nobody does not learn which repositories there are.
    expect((await fetch(`${server.url}/v1/repos/none/info/refs?service=git-upload-pack`)).status).toBe(401);
    const at = (who: string, name: string) => `http://${who}@127.0.0.1:${server.port}/v1/repos/${name}`;
    expect((await user.git('', ['ls-remote', at('ada:wrong', 'app')])).output).toContain(
      'Authentication failed',
    );
    expect((await user.git('', ['ls-remote', at('ada:right', 'none')])).output).toContain('not found');
    const auth = { authorization: `Basic ${Buffer.from('ada:right').toString('base64')}` };
    const status = async (path: string, init: RequestInit = {}) =>
      (await fetch(server.url + path, { headers: auth, ...init })).status;
    expect(await status('/v1/repos/app/info/refs')).toBe(403);
    expect(await status('/v1/repos/app/HEAD')).toBe(404);
    expect(await status('/v1/repos/app/objects/info/packs')).toBe(404);
    expect(await status('/v1/repos/%61pp/info/refs?service=git-upload-pack')).toBe(404);
    expect(await status('/v1/repos/app/git-receive-pack', { method: 'POST' })).toBe(415);
    expect(await status('/other')).toBe(418);
  });

  it('refuses a push over the limit, a broken object and a ref that is neither branch nor tag', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place, { limits: { pushBytes: 300_000 } });
    const { kernel, events, user, url } = house;
    user.local('', 'init', '-q', 'work');
    writeFileSync(user.path('work/big.bin'), randomBytes(500_000));
    user.local('work', 'add', '.');
    user.local('work', 'commit', '-qm', 'big');
    const big = await user.git('work', ['push', url, 'main']);
    expect(big.code).not.toBe(0);
    expect(big.output).toContain('maximum allowed size');

    user.local('', 'init', '-q', 'bad');
    user.write('bad/a', 'a');
    user.local('bad', 'add', '.');
    const tree = user.local('bad', 'write-tree');
    // No mail address in angle brackets: fsck calls it an error.
    user.write(
      'bad/commit',
      `tree ${tree}\nauthor Ada 1700000000 +0000\ncommitter Ada 1700000000 +0000\n\nbad\n`,
    );
    const commit = user.local('bad', 'hash-object', '--literally', '-t', 'commit', '-w', 'commit');
    user.local('bad', 'update-ref', 'refs/heads/main', commit);
    const bad = await user.git('bad', ['push', url, 'main']);
    expect(bad.code).not.toBe(0);
    expect(bad.output).toContain('missingEmail');

    user.local('', 'init', '-q', 'odd');
    user.local('odd', 'commit', '-q', '--allow-empty', '-m', 'x');
    const odd = await user.git('odd', ['push', url, 'main:refs/hidden/x']);
    expect(odd.code).not.toBe(0);
    expect(odd.output).toContain('deny updating a hidden ref');
    expect(await kernel.database.read.query('select * from codecommit_refs')).toEqual([]);
    expect(events).toEqual([]);
  });

  it('announces on start what had moved when the process died (A1.12, I4)', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { kernel, room, events, user, url } = house;
    user.local('', 'init', '-q', 'work');
    user.local('work', 'commit', '-q', '--allow-empty', '-m', 'one');
    expect(await user.git('work', ['push', url, 'main'])).toMatchObject({ code: 0 });
    await eventually(() => events.length === 1);
    // As after a crash between git's refs and our rows.
    await kernel.database.transaction(async (tx) => {
      await tx.execute('delete from codecommit_refs');
    });
    expect(await room.branchHead(TEST_SCOPE, 'app', 'main')).toBeUndefined();
    await room.start?.();
    await eventually(() => events.length === 2);
    expect(details(events)[1]).toMatchObject({ event: 'referenceCreated', callerUserArn: ADA.arn });
    await room.start?.();
    expect(await kernel.database.read.query('select * from outbox')).toEqual([]);
    expect(events).toHaveLength(2);
  });

  it('takes many pushes at once, each announced once', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { events, user, url } = house;
    user.local('', 'init', '-q', 'work');
    user.local('work', 'commit', '-q', '--allow-empty', '-m', 'one');
    for (let n = 0; n < 6; n++) user.local('work', 'branch', `b${n}`);
    const pushes = await Promise.all(
      Array.from({ length: 6 }, (_, n) => user.git('work', ['push', url, `b${n}`])),
    );
    expect(pushes.map((push) => push.code)).toEqual([0, 0, 0, 0, 0, 0]);
    await eventually(() => events.length === 6);
    expect(new Set(details(events).map((detail) => detail['referenceName'])).size).toBe(6);
  });

  it('makes zips of commits and removes the files of a deleted repository', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { kernel, room, call, user, url, repositoryId } = house;
    const dir = `${kernel.dataDir}/git/${TEST_ACCOUNT}/us-east-1/${repositoryId}.git`;
    expect(existsSync(dir)).toBe(true);
    user.local('', 'init', '-q', 'work');
    user.write('work/run.sh', '#!/bin/sh\n');
    chmodSync(user.path('work/run.sh'), 0o755);
    symlinkSync('run.sh', user.path('work/link'));
    // An archive for a build holds what a checkout would.
    user.write('work/.gitattributes', 'run.sh export-ignore\n');
    user.local('work', 'add', '.');
    user.local('work', 'commit', '-qm', 'one');
    expect(await user.git('work', ['push', url, 'main'])).toMatchObject({ code: 0 });
    const commit = user.local('work', 'rev-parse', 'HEAD');
    const chunks: Buffer[] = [];
    for await (const chunk of await room.archiveZip(TEST_SCOPE, 'app', commit)) chunks.push(chunk as Buffer);
    expect(await zipEntries(Buffer.concat(chunks))).toEqual({
      '.gitattributes': 0,
      link: 0o120777,
      'run.sh': 0o100755,
    });
    await expect(room.archiveZip(TEST_SCOPE, 'app', '0'.repeat(40))).rejects.toMatchObject({
      code: 'CommitDoesNotExistException',
    });
    await call('DeleteRepository', { repositoryName: 'app' });
    await kernel.tasks.idle();
    expect(existsSync(dir)).toBe(false);
    expect(await room.branchHead(TEST_SCOPE, 'app', 'main')).toBeUndefined();
  });

  it('takes bodies zipped, and refuses those that are too long, unknown or a bomb', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place, { limits: { pushBytes: 1_000_000 } });
    const { kernel, server } = house;
    const post = async (service: string, body: Uint8Array<ArrayBuffer>, encoding?: string) => {
      const answer = await fetch(`${server.url}/v1/repos/app/${service}`, {
        method: 'POST',
        body,
        headers: {
          authorization: `Basic ${Buffer.from('ada:right').toString('base64')}`,
          'content-type': `application/x-${service}-request`,
          ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        },
      });
      return { status: answer.status, text: await answer.text() };
    };
    const flush = Buffer.from('0000');
    expect(await post('git-upload-pack', gzipSync(flush), 'gzip')).toMatchObject({ status: 200 });
    expect(await post('git-upload-pack', flush, 'br')).toMatchObject({ status: 415 });
    const zeros = Buffer.alloc(40 * 1024 * 1024);
    expect(await post('git-receive-pack', gzipSync(zeros), 'gzip')).toMatchObject({ status: 413 });
    expect(await post('git-upload-pack', gzipSync(zeros), 'gzip')).toMatchObject({ status: 413 });
    expect(await post('git-receive-pack', Buffer.alloc(3_000_000))).toMatchObject({ status: 413 });
    expect(await post('git-upload-pack', flush, 'gzip')).toMatchObject({ status: 400 });
    expect(
      existsSync(`${kernel.dataDir}/git/incoming`) ? readdirSync(`${kernel.dataDir}/git/incoming`) : [],
    ).toEqual([]);
  });

  it('finishes and announces a push whose client has gone', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { events, server, user } = house;
    user.local('', 'init', '-q', 'work');
    user.local('work', 'commit', '-q', '--allow-empty', '-m', 'one');
    const head = user.local('work', 'rev-parse', 'HEAD');
    const command = `${'0'.repeat(40)} ${head} refs/heads/main\0report-status`;
    const line = `${(command.length + 4).toString(16).padStart(4, '0')}${command}`;
    const pack = spawnSync('git', ['pack-objects', '--stdout', '--revs', '-q'], {
      cwd: user.path('work'),
      env: user.env,
      input: 'HEAD\n',
    }).stdout;
    const body = Buffer.concat([Buffer.from(`${line}0000`), pack]);
    const socket = connect(server.port, '127.0.0.1');
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `POST /v1/repos/app/git-receive-pack HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n` +
        `Authorization: Basic ${Buffer.from('ada:right').toString('base64')}\r\n` +
        'Content-Type: application/x-git-receive-pack-request\r\n\r\n',
    );
    socket.write(body);
    // The head of the answer: git has been started and has everything.
    socket.once('data', () => socket.destroy());
    await gone;
    await eventually(() => events.length === 1);
    expect(details(events)[0]).toMatchObject({ event: 'referenceCreated', commitId: head });
  });
});
