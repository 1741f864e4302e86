import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { ADA, details, eventually, openCodeCommit } from './codecommit.test-support.ts';

const bytes = (text: string) => Buffer.from(text);
const app = { repositoryName: 'app' };
const name = (n: number) => `r${String(n).padStart(5, '0')}`;

describeEachDatabase('the API of CodeCommit', (newPlace) => {
  it('keeps repositories by AWS rules, through renames (A1.1)', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call } = await openCodeCommit(kernel);
    const created = await call('CreateRepository', {
      ...app,
      repositoryDescription: 'ours',
      tags: { team: 'a' },
    });
    const { repositoryId } = created['repositoryMetadata'] as { repositoryId: string };
    expect(created['repositoryMetadata']).toMatchObject({
      accountId: TEST_ACCOUNT,
      repositoryName: 'app',
      repositoryDescription: 'ours',
      Arn: `arn:aws:codecommit:us-east-1:${TEST_ACCOUNT}:app`,
      cloneUrlHttp: 'http://127.0.0.1:1/v1/repos/app',
    });
    for (const [repositoryName, code] of [
      ['app', 'RepositoryNameExistsException'],
      ['a b', 'InvalidRepositoryNameException'],
      ['../x', 'InvalidRepositoryNameException'],
      ['..', 'InvalidRepositoryNameException'],
      ['x.git', 'InvalidRepositoryNameException'],
      ['x'.repeat(101), 'InvalidRepositoryNameException'],
    ]) {
      await expect(call('CreateRepository', { repositoryName })).rejects.toMatchObject({ code });
    }
    await expect(call('CreateRepository', { repositoryName: 'k', kmsKeyId: 'k' })).rejects.toMatchObject({
      code: 'OperationNotAllowedException',
    });
    await call('PutFile', { ...app, branchName: 'main', filePath: 'a.txt', fileContent: bytes('a') });
    await call('CreateRepository', { repositoryName: 'other' });
    await expect(call('UpdateRepositoryName', { oldName: 'app', newName: 'other' })).rejects.toMatchObject({
      code: 'RepositoryNameExistsException',
    });
    await call('UpdateRepositoryName', { oldName: 'app', newName: 'web' });
    await expect(call('GetRepository', app)).rejects.toMatchObject({
      code: 'RepositoryDoesNotExistException',
    });
    expect(await call('GetFile', { repositoryName: 'web', filePath: 'a.txt' })).toMatchObject({
      fileSize: 1,
    });
    expect(await call('BatchGetRepositories', { repositoryNames: ['web', 'gone'] })).toMatchObject({
      repositories: [{ repositoryId, repositoryName: 'web', defaultBranch: 'main' }],
      repositoriesNotFound: ['gone'],
    });
    expect(await call('ListRepositories', { order: 'descending' })).toMatchObject({
      repositories: [{ repositoryName: 'web' }, { repositoryName: 'other' }],
      nextToken: undefined,
    });
    await expect(call('ListRepositories', { nextToken: 'x' })).rejects.toMatchObject({
      code: 'InvalidContinuationTokenException',
    });
    const resourceArn = `arn:aws:codecommit:us-east-1:${TEST_ACCOUNT}:web`;
    await call('TagResource', { resourceArn, tags: { env: 'b' } });
    await call('UntagResource', { resourceArn, tagKeys: ['team'] });
    expect(await call('ListTagsForResource', { resourceArn })).toMatchObject({ tags: { env: 'b' } });
    expect(await call('DeleteRepository', { repositoryName: 'web' })).toMatchObject({ repositoryId });
    expect(await call('DeleteRepository', { repositoryName: 'web' })).toMatchObject({
      repositoryId: undefined,
    });
  });

  it('pages through more than a thousand repositories and branches', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call } = await openCodeCommit(kernel);
    const created = await call('CreateRepository', app);
    const { repositoryId } = created['repositoryMetadata'] as { repositoryId: string };
    await kernel.database.transaction(async (tx) => {
      for (let n = 0; n < 1005; n++) {
        await tx.execute(`insert into codecommit_repositories values (?, ?, ?, ?, null, null, 5, 5, 0)`, [
          TEST_ACCOUNT,
          'us-east-1',
          name(n),
          `id-${n}`,
        ]);
        await tx.execute('insert into codecommit_refs values (?, ?, ?, ?, ?, ?)', [
          TEST_ACCOUNT,
          'us-east-1',
          repositoryId,
          `refs/heads/${name(n)}`,
          'a'.repeat(40),
          'a'.repeat(40),
        ]);
      }
    });
    for (const sortBy of ['repositoryName', 'lastModifiedDate']) {
      const one = await call('ListRepositories', { sortBy });
      const two = await call('ListRepositories', { sortBy, nextToken: one['nextToken'] });
      const names = [one, two].flatMap((page) => page['repositories'] as { repositoryName: string }[]);
      expect(new Set(names.map((each) => each.repositoryName)).size).toBe(1006);
      expect(two['nextToken']).toBeUndefined();
    }
    const one = await call('ListBranches', app);
    const two = await call('ListBranches', { ...app, nextToken: one['nextToken'] });
    expect([...(one['branches'] as string[]), ...(two['branches'] as string[])]).toEqual(
      Array.from({ length: 1005 }, (_, n) => name(n)),
    );
  });

  it('commits files over the API as git would, each an ordinary push to the bus (A1.4, A1.22)', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call, events, room } = await openCodeCommit(kernel);
    const { repositoryMetadata } = await call('CreateRepository', app);
    const { repositoryId } = repositoryMetadata as { repositoryId: string };
    const dir = `${kernel.dataDir}/git/${TEST_ACCOUNT}/us-east-1/${repositoryId}.git`;
    const git = (...args: string[]) => {
      const run = spawnSync('git', ['--git-dir', dir, ...args], { encoding: 'utf8' });
      return run.stdout + run.stderr;
    };
    const put = await call('PutFile', {
      ...app,
      branchName: 'main',
      filePath: '/src/a.txt',
      fileContent: bytes('one'),
      commitMessage: 'first',
      name: 'Ada <L>',
      email: 'ada@example.com',
    });
    const first = put['commitId'] as string;
    expect(await room.branchHead(TEST_SCOPE, 'app', 'main')).toMatchObject({
      commitId: first,
      message: 'first',
      authorName: 'Ada L',
    });
    await eventually(() => events.length === 1);
    expect(details(events)[0]).toMatchObject({
      event: 'referenceCreated',
      referenceName: 'main',
      commitId: first,
      callerUserArn: ADA.arn,
    });

    const commit = await call('CreateCommit', {
      ...app,
      branchName: 'main',
      parentCommitId: first,
      commitMessage: 'second',
      putFiles: [
        { filePath: 'run.sh', fileContent: bytes('#!/bin/sh\n'), fileMode: 'EXECUTABLE' },
        { filePath: 'src/deep/er/b.txt', fileContent: bytes('b') },
        { filePath: 'src.txt', fileContent: bytes('sorts before the folder') },
        { filePath: 'lib/a.txt', sourceFile: { filePath: 'src/a.txt', isMove: true } },
        { filePath: 'link', fileContent: bytes('run.sh'), fileMode: 'SYMLINK' },
      ],
      keepEmptyFolders: true,
    });
    const second = commit['commitId'] as string;
    expect(git('fsck', '--strict', '--full')).not.toMatch(/error|missing|warning/);
    expect(
      git('ls-tree', '-r', 'main')
        .split('\n')
        .map((line) => line.replace(/ [0-9a-f]{40}\t/, ' ')),
    ).toEqual([
      '100644 blob lib/a.txt',
      '120000 blob link',
      '100755 blob run.sh',
      '100644 blob src.txt',
      '100644 blob src/deep/er/b.txt',
      '',
    ]);
    expect(commit).toMatchObject({
      filesAdded: [
        { absolutePath: 'run.sh', fileMode: 'EXECUTABLE' },
        { absolutePath: 'src/deep/er/b.txt' },
        { absolutePath: 'src.txt' },
        { absolutePath: 'lib/a.txt' },
        { absolutePath: 'link', fileMode: 'SYMLINK' },
      ],
      filesUpdated: [],
      filesDeleted: [{ absolutePath: 'src/a.txt', blobId: put['blobId'] }],
    });
    expect(await call('GetFolder', { ...app, folderPath: '/' })).toMatchObject({
      commitId: second,
      treeId: commit['treeId'],
      files: [{ relativePath: 'run.sh', fileMode: 'EXECUTABLE' }, { relativePath: 'src.txt' }],
      subFolders: [{ absolutePath: 'lib' }, { absolutePath: 'src' }],
      symbolicLinks: [{ absolutePath: 'link' }],
    });
    expect(await call('GetFolder', { ...app, folderPath: 'src/deep/' })).toMatchObject({
      folderPath: 'src/deep',
      files: [],
      subFolders: [{ absolutePath: 'src/deep/er', relativePath: 'er' }],
    });
    const file = await call('GetFile', {
      ...app,
      filePath: 'src/deep/er/b.txt',
      commitSpecifier: 'refs/heads/main',
    });
    expect(Buffer.from(file['fileContent'] as Uint8Array).toString()).toBe('b');
    expect(await call('GetFile', { ...app, filePath: 'src/a.txt', commitSpecifier: first })).toMatchObject({
      commitId: first,
    });
    expect(await call('GetBlob', { ...app, blobId: put['blobId'] })).toMatchObject({ content: bytes('one') });

    const removed = await call('DeleteFile', {
      ...app,
      branchName: 'main',
      filePath: 'lib/a.txt',
      parentCommitId: second,
      keepEmptyFolders: true,
    });
    expect(git('ls-tree', '-r', '--name-only', 'main')).toContain('lib/.gitkeep');
    const got = await call('GetCommit', { ...app, commitId: removed['commitId'] });
    expect(got['commit']).toMatchObject({
      parents: [second],
      message: 'Deleted lib/a.txt',
      author: { name: 'ada', email: '', date: expect.stringMatching(/^\d+ \+0000$/) as string },
    });

    const differences = await call('GetDifferences', {
      ...app,
      beforeCommitSpecifier: first,
      afterCommitSpecifier: 'main',
      MaxResults: 4,
    });
    expect(differences['differences']).toMatchObject([
      { changeType: 'A', afterBlob: { path: 'lib/.gitkeep', mode: '100644' } },
      { changeType: 'A', afterBlob: { path: 'link', mode: '120000' } },
      { changeType: 'A', afterBlob: { path: 'run.sh', mode: '100755' } },
      { changeType: 'A', afterBlob: { path: 'src.txt' } },
    ]);
    const rest = await call('GetDifferences', {
      ...app,
      beforeCommitSpecifier: first,
      afterCommitSpecifier: 'main',
      NextToken: differences['NextToken'],
    });
    expect(rest).toMatchObject({
      differences: [
        { changeType: 'D', beforeBlob: { path: 'src/a.txt', blobId: put['blobId'] } },
        { changeType: 'A', afterBlob: { path: 'src/deep/er/b.txt' } },
      ],
      NextToken: undefined,
    });
    const inFolder = await call('GetDifferences', { ...app, afterCommitSpecifier: 'main', afterPath: 'src' });
    expect(inFolder['differences']).toMatchObject([
      { changeType: 'A', afterBlob: { path: 'src/deep/er/b.txt' } },
    ]);
  });

  it('refuses what would break a branch or leave the repository, and changes nothing', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call } = await openCodeCommit(kernel);
    await call('CreateRepository', app);
    const main = { ...app, branchName: 'main' };
    const { commitId } = await call('PutFile', { ...main, filePath: 'd/a.txt', fileContent: bytes('a') });
    const put = (more: object) => ({
      ...main,
      filePath: 'b.txt',
      fileContent: bytes('b'),
      parentCommitId: commitId,
      ...more,
    });
    const refused = (operation: string, input: unknown, code: string) =>
      expect(call(operation, input)).rejects.toMatchObject({ code });
    await refused('PutFile', put({ parentCommitId: undefined }), 'ParentCommitIdRequiredException');
    await refused('PutFile', put({ parentCommitId: 'x' }), 'InvalidParentCommitIdException');
    await refused('PutFile', put({ parentCommitId: 'a'.repeat(40) }), 'ParentCommitDoesNotExistException');
    await refused('PutFile', put({ branchName: 'none' }), 'BranchDoesNotExistException');
    await refused('PutFile', put({ branchName: 'a..b' }), 'InvalidBranchNameException');
    for (const filePath of [
      '../x',
      'a/../x',
      '.git/config',
      'a/.GIT/x',
      'git~1/x',
      'a//b',
      './a',
      'a\\b',
      'a\nb',
      '.git. /x',
    ]) {
      await refused('PutFile', put({ filePath }), 'InvalidPathException');
    }
    await refused('PutFile', put({ filePath: 'd' }), 'FileNameConflictsWithDirectoryNameException');
    await refused('PutFile', put({ filePath: 'd/a.txt/x' }), 'DirectoryNameConflictsWithFileNameException');
    await refused(
      'PutFile',
      put({ filePath: 'd/a.txt', fileContent: bytes('a') }),
      'SameFileContentException',
    );
    await refused(
      'PutFile',
      put({ fileContent: Buffer.alloc(7 * 1024 * 1024) }),
      'FileContentSizeLimitExceededException',
    );
    await refused('PutFile', put({ email: 'a b' }), 'InvalidEmailException');
    await refused('DeleteFile', put({ filePath: 'none' }), 'FileDoesNotExistException');
    const commit = (more: object) => ({ ...main, parentCommitId: commitId, ...more });
    const file = { filePath: 'x', fileContent: bytes('x') };
    await refused('CreateCommit', commit({}), 'FileEntryRequiredException');
    await refused('CreateCommit', commit({ putFiles: [file, file] }), 'PutFileEntryConflictException');
    await refused(
      'CreateCommit',
      commit({ putFiles: [file], deleteFiles: [{ filePath: 'x' }] }),
      'SamePathRequestException',
    );
    await refused(
      'CreateCommit',
      commit({ putFiles: [{ filePath: 'x' }] }),
      'SourceFileOrContentRequiredException',
    );
    await refused(
      'CreateCommit',
      commit({ setFileModes: [{ filePath: 'd/a.txt', fileMode: 'NORMAL' }] }),
      'NoChangeException',
    );
    await refused(
      'CreateCommit',
      commit({ putFiles: [{ filePath: 'x', sourceFile: { filePath: 'no' } }] }),
      'FileDoesNotExistException',
    );
    await refused('GetFile', { ...app, filePath: '../../HEAD' }, 'InvalidPathException');
    await refused('GetFile', { ...app, filePath: 'd' }, 'FileDoesNotExistException');
    await refused(
      'GetFile',
      { ...app, filePath: 'd/a.txt', commitSpecifier: '--all' },
      'CommitDoesNotExistException',
    );
    await refused('GetFolder', { ...app, folderPath: 'd/a.txt' }, 'FolderDoesNotExistException');
    await refused('GetBlob', { ...app, blobId: '-x' }, 'InvalidBlobIdException');
    await refused('GetBlob', { ...app, blobId: commitId }, 'BlobIdDoesNotExistException');
    await refused('GetCommit', { ...app, commitId: 'HEAD' }, 'InvalidCommitIdException');
    await refused('GetDifferences', { ...app, afterCommitSpecifier: 'none' }, 'CommitDoesNotExistException');
    expect(await call('GetBranch', main)).toMatchObject({ branch: { commitId } });
    // The winner of two that follow the same parent is one.
    const both = await Promise.allSettled([
      call('PutFile', put({})),
      call('PutFile', put({ fileContent: bytes('c') })),
    ]);
    expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('makes, lists, protects and deletes branches', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const { call, events } = await openCodeCommit(kernel);
    await call('CreateRepository', app);
    const { commitId } = await call('PutFile', {
      ...app,
      branchName: 'master',
      filePath: 'a',
      fileContent: bytes('a'),
    });
    expect(await call('GetRepository', app)).toMatchObject({
      repositoryMetadata: { defaultBranch: 'master' },
    });
    const branch = (branchName: string) => ({ ...app, branchName, commitId });
    await call('CreateBranch', branch('feature/x'));
    const refused = (operation: string, input: unknown, code: string) =>
      expect(call(operation, input)).rejects.toMatchObject({ code });
    await refused('CreateBranch', branch('feature/x'), 'BranchNameExistsException');
    await refused('CreateBranch', branch('feature'), 'InvalidBranchNameException');
    await refused('CreateBranch', branch('feature/x/y'), 'InvalidBranchNameException');
    await refused(
      'CreateBranch',
      { ...branch('z'), commitId: 'b'.repeat(40) },
      'CommitDoesNotExistException',
    );
    await refused('CreateBranch', branch('-x'), 'InvalidBranchNameException');
    expect(await call('ListBranches', app)).toMatchObject({ branches: ['feature/x', 'master'] });
    await refused('DeleteBranch', branch('master'), 'DefaultBranchCannotBeDeletedException');
    await refused(
      'UpdateDefaultBranch',
      { ...app, defaultBranchName: 'none' },
      'BranchDoesNotExistException',
    );
    await call('UpdateDefaultBranch', { ...app, defaultBranchName: 'feature/x' });
    expect(await call('DeleteBranch', branch('master'))).toMatchObject({
      deletedBranch: { branchName: 'master', commitId },
    });
    expect(await call('DeleteBranch', branch('master'))).toMatchObject({ deletedBranch: undefined });
    await refused('GetBranch', branch('master'), 'BranchDoesNotExistException');
    await eventually(() => events.length === 3);
    expect(details(events)[2]).toMatchObject({ event: 'referenceDeleted', referenceName: 'master' });
  });
});
