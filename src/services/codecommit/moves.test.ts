import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { details, eventually, openGitHouse } from './codecommit.test-support.ts';

describeEachDatabase('moves of refs by git', (newPlace) => {
  it('of many pushes to one branch at once one wins, the others learn why (A1.12)', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { events, user, url } = house;
    user.local('', 'init', '-q', 'work');
    user.local('work', 'commit', '-q', '--allow-empty', '-m', 'base');
    expect(await user.git('work', ['push', url, 'main'])).toMatchObject({ code: 0 });
    const rivals = ['a', 'b', 'c', 'd'];
    for (const name of rivals) {
      user.local('work', 'checkout', '-q', '-b', name, 'main');
      user.local('work', 'commit', '-q', '--allow-empty', '-m', name);
    }
    const pushes = await Promise.all(
      rivals.map((name) => user.git('work', ['push', '--porcelain', url, `${name}:main`])),
    );
    const winners = pushes.filter(({ code }) => code === 0);
    expect(winners).toHaveLength(1);
    for (const { code, output } of pushes)
      if (code !== 0) expect(output).toMatch(/rejected|failed to update ref|cannot lock ref/);
    const now = (await user.git('work', ['ls-remote', url, 'main'])).output.slice(0, 40);
    expect(rivals.map((name) => user.local('work', 'rev-parse', name))).toContain(now);
    await eventually(() => events.length === 2);
    expect(details(events)[1]).toMatchObject({
      event: 'referenceUpdated',
      referenceName: 'main',
      commitId: now,
      oldCommitId: user.local('work', 'rev-parse', 'main'),
    });
  });

  it('a forced push, a moved and a deleted tag tell what was before (A1.12)', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { events, user, url, call } = house;
    const push = (...what: string[]) => user.git('work', ['push', url, ...what]);
    user.local('', 'init', '-q', 'work');
    user.local('work', 'commit', '-q', '--allow-empty', '-m', 'one');
    user.local('work', 'tag', 'v1');
    const one = user.local('work', 'rev-parse', 'main');
    expect(await push('main', 'v1')).toMatchObject({ code: 0 });
    user.local('work', 'commit', '-q', '--allow-empty', '--amend', '-m', 'rewritten');
    const two = user.local('work', 'rev-parse', 'main');
    const refused = await push('main');
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('non-fast-forward')]);
    expect(await push('--force', 'main')).toMatchObject({ code: 0 });
    user.local('work', 'tag', '-f', '-a', '-m', 'moved', 'v1');
    expect((await push('v1')).code).toBe(1);
    expect(await push('--force', 'v1')).toMatchObject({ code: 0 });
    expect(await push('--delete', 'v1')).toMatchObject({ code: 0 });
    await eventually(() => events.length === 5);
    expect(details(events).slice(2)).toMatchObject([
      { event: 'referenceUpdated', referenceType: 'branch', commitId: two, oldCommitId: one },
      { event: 'referenceUpdated', referenceType: 'tag', commitId: two, oldCommitId: one },
      { event: 'referenceDeleted', referenceType: 'tag', oldCommitId: two },
    ]);
    // Without its branch a repository stays, empty for all who look.
    await call('CreateBranch', { repositoryName: 'app', branchName: 'other', commitId: two });
    await call('UpdateDefaultBranch', { repositoryName: 'app', defaultBranchName: 'other' });
    expect(await push('--delete', 'main')).toMatchObject({ code: 0 });
    expect((await user.git('work', ['ls-remote', '--symref', url, 'HEAD'])).output).toContain(
      'refs/heads/other',
    );
  });

  it('an empty repository can be cloned, asked for its refs in either protocol, and filled', async () => {
    await using place = await newPlace();
    await using house = await openGitHouse(place);
    const { user, url } = house;
    expect(await user.git('', ['clone', '-q', url, 'empty'])).toMatchObject({ code: 0 });
    for (const version of ['0', '1', '2'])
      expect(await user.git('empty', ['-c', `protocol.version=${version}`, 'ls-remote', url])).toEqual({
        code: 0,
        output: '',
      });
    user.local('empty', 'commit', '-q', '--allow-empty', '-m', 'first');
    expect(await user.git('empty', ['push', '-q', 'origin', 'HEAD'])).toMatchObject({ code: 0 });
    for (const version of ['0', '1', '2']) {
      const how = ['-c', `protocol.version=${version}`];
      expect(await user.git('', [...how, 'clone', '-q', url, `copy-${version}`])).toMatchObject({ code: 0 });
      expect(user.local(`copy-${version}`, 'log', '--format=%s')).toBe('first');
    }
  });
});
