import { execFileSync } from 'node:child_process';
import { CodeCommitClient, CreateRepositoryCommand, GetBranchCommand } from '@aws-sdk/client-codecommit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from './world.ts';

/** Writes an object that git itself would not make. */
function forge(world: World, type: string, content: Buffer): string {
  return execFileSync('git', ['hash-object', '--literally', '-t', type, '-w', '--stdin'], {
    cwd: world.user.path('work'),
    env: world.user.env,
    input: content,
    encoding: 'utf8',
  }).trim();
}

describe('A1 pushes that mean ill', () => {
  let world: World;
  let url: string;
  let blob: string;
  let codecommit: CodeCommitClient;
  beforeAll(async () => {
    world = await openWorld();
    codecommit = new CodeCommitClient(world.server.clientConfig);
    await codecommit.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    url = await world.staticUrl('app');
    world.user.local('', 'init', '-q', 'work');
    blob = forge(world, 'blob', Buffer.from('[core]\n\tfsmonitor = touch /tmp/owned\n'));
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const entry = (mode: string, name: string, id: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
  /** Pushes a commit of this tree and answers what git said. */
  const push = async (...entries: Buffer[]) => {
    const tree = forge(world, 'tree', Buffer.concat(entries));
    const person = 'Ada <ada@example.com> 1700000000 +0000';
    const text = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nx\n`;
    const commit = forge(world, 'commit', Buffer.from(text));
    world.user.local('work', 'update-ref', 'refs/heads/evil', commit);
    return world.user.git('work', ['push', url, 'evil']);
  };

  it.each([
    ['.git', 'hasDotgit'],
    ['.GIT', 'hasDotgit'],
    ['git~1', 'hasDotgit'],
    ['.g\u200cit', 'hasDotgit'],
    ['..', 'hasDotdot'],
    ['.', 'hasDot'],
    ['a/b', 'fullPathname'],
  ])('a tree with the entry "%s" is refused (%s)', async (name, why) => {
    const run = await push(entry('100644', name, blob));
    expect([run.code === 0, run.output]).toEqual([false, expect.stringContaining(why)]);
  });

  it('a .gitmodules that is a link, or runs something, is refused', async () => {
    const link = await push(entry('120000', '.gitmodules', blob));
    expect(link.output).toContain('gitmodulesSymlink');
    const option = forge(
      world,
      'blob',
      Buffer.from('[submodule "-x"]\n\tpath = -x\n\turl = --upload-pack=touch /tmp/x\n'),
    );
    expect((await push(entry('100644', '.gitmodules', option))).output).toMatch(/gitmodules(Url|Path)/);
  });

  it('entries twice, out of order or of an unknown kind are refused', async () => {
    expect((await push(entry('100644', 'b', blob), entry('100644', 'a', blob))).output).toContain(
      'treeNotSorted',
    );
    expect((await push(entry('100644', 'a', blob), entry('100755', 'a', blob))).output).toContain(
      'duplicateEntries',
    );
  });

  it('a pack that is cut off or is none changes nothing', async () => {
    const { port } = new URL(url);
    const { username, password } = new URL(url);
    const authorization = `Basic ${Buffer.from(`${username}:${decodeURIComponent(password)}`).toString('base64')}`;
    const zero = '0'.repeat(40);
    const line = `${zero} ${'1'.repeat(40)} refs/heads/evil\0 report-status agent=x\n`;
    const head = `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`;
    for (const pack of ['', 'PACK', 'nonsense', `PACK\0\0\0\u0002\0\0\0\u0009`]) {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/repos/app/git-receive-pack`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-git-receive-pack-request' },
        body: Buffer.from(head + pack, 'latin1'),
      });
      expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
      expect((await answer.text()).includes('unpack ok')).toBe(false);
    }
  });

  it('names of refs that lead elsewhere are refused', async () => {
    world.user.local('work', 'commit', '-q', '--allow-empty', '-m', 'x');
    for (const ref of ['refs/hidden/x', 'refs/heads/../../x', 'refs/remotes/origin/x', 'refs/heads/a.lock']) {
      const run = await world.user.git('work', ['push', url, `main:${ref}`]);
      expect([ref, run.code === 0]).toEqual([ref, false]);
    }
  });

  it('and after all of it nothing has moved', async () => {
    const refs = await world.user.git('work', ['ls-remote', url]);
    expect(refs).toEqual({ code: 0, output: '' });
    const branch = new GetBranchCommand({ repositoryName: 'app', branchName: 'evil' });
    await expect(codecommit.send(branch)).rejects.toMatchObject({ name: 'BranchDoesNotExistException' });
  });
});
