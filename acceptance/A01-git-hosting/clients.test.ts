import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import {
  BranchDoesNotExistException,
  CodeCommitClient,
  CreateCommitCommand,
  CreateRepositoryCommand,
  GetBranchCommand,
  GetFileCommand,
  GetFolderCommand,
  GetRepositoryCommand,
  InvalidPathException,
  ListBranchesCommand,
  MergeBranchesByFastForwardCommand,
  PutFileCommand,
  RepositoryDoesNotExistException,
  RepositoryNameExistsException,
} from '@aws-sdk/client-codecommit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ON_POSTGRES } from '../../testkit/support/wanted-database.ts';
import { AWS, openWorld, type World } from './world.ts';

describe('A1 git hosting with real clients', () => {
  let world: World;
  let client: CodeCommitClient;
  beforeAll(async () => {
    world = await openWorld();
    client = new CodeCommitClient({ ...world.server.clientConfig, maxAttempts: 1 });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('gives the SDK typed errors', async () => {
    const repositoryName = 'typed';
    await client.send(new CreateRepositoryCommand({ repositoryName }));
    await expect(client.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toBeInstanceOf(
      RepositoryNameExistsException,
    );
    await expect(client.send(new GetRepositoryCommand({ repositoryName: 'gone' }))).rejects.toBeInstanceOf(
      RepositoryDoesNotExistException,
    );
    const branch = new GetBranchCommand({ repositoryName, branchName: 'main' });
    await expect(client.send(branch)).rejects.toBeInstanceOf(BranchDoesNotExistException);
    const put = { repositoryName, branchName: 'main', filePath: '../x', fileContent: Buffer.from('x') };
    await expect(client.send(new PutFileCommand(put))).rejects.toBeInstanceOf(InvalidPathException);
    const merge = { repositoryName, sourceCommitSpecifier: 'a', destinationCommitSpecifier: 'b' };
    await expect(client.send(new MergeBranchesByFastForwardCommand(merge))).rejects.toThrow(
      'Pipewright does not answer MergeBranchesByFastForward',
    );
  });

  it('shows over the API what was pushed, and to git what was committed over the API (A1.4, A1.5)', async () => {
    const repositoryName = 'both';
    await client.send(new CreateRepositoryCommand({ repositoryName }));
    const first = await client.send(
      new PutFileCommand({
        repositoryName,
        branchName: 'main',
        filePath: 'README.md',
        fileContent: Buffer.from('# hello'),
      }),
    );
    const { repositoryMetadata } = await client.send(new GetRepositoryCommand({ repositoryName }));
    expect(repositoryMetadata).toMatchObject({
      defaultBranch: 'main',
      cloneUrlHttp: world.url(repositoryName),
    });
    const url = await world.staticUrl(repositoryName);

    expect(await world.user.git('', ['clone', '-q', url, 'both'])).toMatchObject({
      code: 0,
    });
    expect(world.user.local('both', 'rev-parse', 'HEAD')).toBe(first.commitId);
    world.user.write('both/ünïcode name.txt', 'é');
    world.user.local('both', 'add', '.');
    world.user.local('both', 'commit', '-qm', 'second');
    expect(await world.user.git('both', ['push', '-q'])).toMatchObject({ code: 0 });
    const parentCommitId = world.user.local('both', 'rev-parse', 'HEAD');
    const file = await client.send(new GetFileCommand({ repositoryName, filePath: 'ünïcode name.txt' }));
    expect([file.commitId, Buffer.from(file.fileContent ?? []).toString()]).toEqual([parentCommitId, 'é']);

    const third = await client.send(
      new CreateCommitCommand({
        repositoryName,
        branchName: 'main',
        parentCommitId,
        putFiles: [{ filePath: 'a/b/c.txt', fileContent: Buffer.from('c') }],
        deleteFiles: [{ filePath: 'README.md' }],
      }),
    );
    expect(await world.user.git('both', ['pull', '-q'])).toMatchObject({ code: 0 });
    expect(world.user.local('both', 'rev-parse', 'HEAD')).toBe(third.commitId);
    expect(existsSync(world.user.path('both', 'README.md'))).toBe(false);
    const folder = await client.send(new GetFolderCommand({ repositoryName, folderPath: '/' }));
    expect(folder.subFolders?.map((each) => each.absolutePath)).toEqual(['a']);
  });

  it('takes a mirror of branches and tags, the same refs on both sides (A1.3, A1.7)', async () => {
    const repositoryName = 'mirror';
    await client.send(new CreateRepositoryCommand({ repositoryName }));
    const url = await world.staticUrl(repositoryName);
    world.user.local('', 'init', '-q', '--bare', 'source.git');
    world.user.local('', 'init', '-q', 'seed');
    world.user.local('seed', 'commit', '-q', '--allow-empty', '-m', 'one');
    world.user.local('seed', 'branch', 'feat');
    world.user.local('seed', 'tag', '-a', 'v1', '-m', 'v1');
    world.user.local('seed', 'push', '-q', '--mirror', world.user.path('source.git'));
    expect(await world.user.git('source.git', ['push', '-q', '--mirror', url])).toMatchObject({
      code: 0,
    });
    const theirs = await world.user.git('', ['ls-remote', '--refs', url]);
    const ours = world.user.local('source.git', 'for-each-ref', '--format=%(objectname)\t%(refname)');
    expect(theirs.output.trim()).toBe(ours);
    expect(ours.split('\n')).toHaveLength(3);
    const { branches } = await client.send(new ListBranchesCommand({ repositoryName }));
    expect(branches).toEqual(['feat', 'main']);
  });

  it('moves a file too big for one buffer, and a history by shallow and partial clones', async () => {
    const repositoryName = 'big';
    await client.send(new CreateRepositoryCommand({ repositoryName }));
    world.user.local('', 'init', '-q', 'big');
    for (let n = 0; n < 3; n++) {
      writeFileSync(world.user.path('big', `${n}.bin`), randomBytes(1_500_000));
      world.user.local('big', 'add', '.');
      world.user.local('big', 'commit', '-qm', `${n}`);
    }
    const url = await world.staticUrl(repositoryName);
    expect(await world.user.git('big', ['push', '-q', url, 'main'])).toMatchObject({ code: 0 });
    for (const [name, ...how] of [
      ['v0', '-c', 'protocol.version=0'],
      ['v2', '-c', 'protocol.version=2'],
      ['shallow', '-c', 'protocol.version=2'],
    ] as const) {
      const depth = name === 'shallow' ? ['--depth', '1', '--filter=blob:none', '--no-checkout'] : [];
      const clone = await world.user.git('', [...how, 'clone', '-q', ...depth, url, `big-${name}`]);
      expect([name, clone]).toEqual([name, { code: 0, output: '' }]);
    }
    expect(world.user.local('big-shallow', 'rev-list', '--count', 'HEAD')).toBe('1');
    expect(world.user.local('big-v0', 'rev-list', '--count', 'HEAD')).toBe('3');
    world.user.local('big-v2', 'fsck', '--full');
  });

  // The same operations as the SDK's, which run on both databases.
  if (ON_POSTGRES) return;

  describe.skipIf(!existsSync(AWS))('from the command line', () => {
    it('creates, fills and reads a repository', async () => {
      const name = ['--repository-name', 'cli'];
      const created = (await world.aws(['codecommit', 'create-repository', ...name])) as {
        repositoryMetadata: { cloneUrlHttp: string };
      };
      expect(created.repositoryMetadata.cloneUrlHttp).toBe(world.url('cli'));
      world.user.write('hello.txt', 'hello');
      const put = (await world.aws([
        'codecommit',
        'put-file',
        ...name,
        '--branch-name',
        'main',
        '--file-path',
        'hello.txt',
        '--file-content',
        `fileb://${world.user.path('hello.txt')}`,
      ])) as { commitId: string };
      const got = (await world.aws(['codecommit', 'get-file', ...name, '--file-path', 'hello.txt'])) as {
        fileContent: string;
        commitId: string;
      };
      expect([Buffer.from(got.fileContent, 'base64').toString(), got.commitId]).toEqual([
        'hello',
        put.commitId,
      ]);
      await expect(world.aws(['codecommit', 'get-repository', '--repository-name', 'none'])).rejects.toThrow(
        '(RepositoryDoesNotExistException) when calling the GetRepository operation: none does not exist',
      );
    });
  });
});
