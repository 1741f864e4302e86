import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { processStat } from '../../kernel/runner/identity.ts';
import { eventually, openCodeCommit } from './codecommit.test-support.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'codecommit-clone-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

describeEachDatabase('a clone for a build', (newPlace) => {
  async function open() {
    const place = await newPlace();
    const kernel = await place.openKernel();
    const { room, call } = await openCodeCommit(kernel);
    await call('CreateRepository', { repositoryName: 'app' });
    const commits: string[] = [];
    for (const text of ['one', 'two', 'three']) {
      const { commitId } = await call('PutFile', {
        repositoryName: 'app',
        branchName: 'main',
        filePath: 'a.txt',
        fileContent: Buffer.from(text),
        ...(commits.length > 0 ? { parentCommitId: commits.at(-1) } : {}),
      });
      commits.push(commitId as string);
    }
    return { room, commits, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
  }
  const head = () => readFileSync(join(dir, '.git', 'HEAD'), 'utf8').trim();
  const shallow = () => existsSync(join(dir, '.git', 'shallow'));

  it('has the whole history, or the last commits when a depth is given (C1.12)', async () => {
    await using at = await open();
    const [, second = ''] = at.commits;
    await at.room.cloneInto(TEST_SCOPE, 'app', second, dir);
    expect([readFileSync(join(dir, 'a.txt'), 'utf8'), head(), shallow()]).toEqual(['two', second, false]);
    rmSync(dir, { recursive: true });
    await at.room.cloneInto(TEST_SCOPE, 'app', second, dir, { depth: 1 });
    expect([readFileSync(join(dir, 'a.txt'), 'utf8'), head(), shallow()]).toEqual(['two', second, true]);
  });

  it('ends git, and rejects with the reason, when it is called off', async () => {
    await using at = await open();
    const pid = join(dir, 'pid');
    const bin = mkdtempSync(join(dir, 'bin-'));
    // A git that never comes back from a fetch.
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\ncase " $* " in *" fetch "*) echo $$ > ${pid}.new; mv ${pid}.new ${pid}; exec sleep 1000;; esac\nPATH=$OLD_PATH exec git "$@"\n`.replace(
        '$OLD_PATH',
        `'${process.env['PATH']}'`,
      ),
    );
    chmodSync(join(bin, 'git'), 0o755);
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      const off = new AbortController();
      const cloning = at.room.cloneInto(TEST_SCOPE, 'app', at.commits[0] as string, join(dir, 'work'), {
        signal: off.signal,
      });
      await eventually(() => existsSync(pid));
      off.abort(new Error('the build was stopped'));
      await expect(cloning).rejects.toThrow('the build was stopped');
      expect(processStat(Number(readFileSync(pid, 'utf8')))).toBeUndefined();
      expect(existsSync(join(dir, 'work', 'a.txt'))).toBe(false);
    } finally {
      process.env['PATH'] = path;
    }
  });
});
