import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Behaviour } from '../contracts/sandbox.ts';

const ADDED = ['PWD', 'OLDPWD', 'SHLVL', '_', 'PIPEWRIGHT_RUN'];

export function starting(behaviour: Behaviour): void {
  behaviour('a command runs and its exit code is told', async (lab) => {
    const run = lab.run('echo hello; exit 3');
    const before = lab.clock.now();
    await run.start();
    const end = await run.wait();
    expect(end).toEqual({ kind: 'exited', exitCode: 3, at: end.at });
    expect(end.at).toBeGreaterThanOrEqual(before);
    expect(end.at).toBeLessThanOrEqual(lab.clock.now());
    expect(await run.lines()).toEqual(['hello']);
  });

  behaviour('the environment is the one asked for and nothing else', async (lab) => {
    const odd = { QUOTES: `it's "so" $HOME \`x\``, LINES_: 'one\ntwo', UMLAUT: 'grün', EMPTY: '' };
    const run = lab.run('env -0 > found', { env: { PATH: '/usr/bin:/bin', ...odd } });
    expect(await run.startAndWait()).toMatchObject({ kind: 'exited', exitCode: 0 });
    const found = readFileSync(join(run.spec.workDir, 'found'), 'utf8').split('\0').slice(0, -1);
    const env = Object.fromEntries(
      found.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
    );
    expect(env).toMatchObject(odd);
    const names = Object.keys(env).filter((name) => !ADDED.includes(name));
    expect(names.toSorted()).toEqual(['EMPTY', 'LINES_', 'PATH', 'QUOTES', 'UMLAUT']);
  });

  behaviour('arguments arrive as they are, no shell reads them', async (lab) => {
    const run = lab.run('', { argv: ['printf', '%s|', '$HOME', 'a b', '*', "'", ''] });
    await run.startAndWait();
    expect(await run.lines()).toEqual(["$HOME|a b|*|'||"]);
  });

  behaviour('it starts in a folder below its work folder', async (lab) => {
    const run = lab.run('');
    const cwd = join(run.spec.workDir, 'a b');
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'here'), 'found me\n');
    const below = { ...run.spec, argv: ['cat', 'here'], cwd };
    await lab.sandbox.start(run.key, below);
    await run.wait();
    expect(await run.lines()).toEqual(['found me']);
  });

  behaviour('its input is empty and it may write its work folder', async (lab) => {
    const run = lab.run('cat; mkdir -p a/b && echo kept > a/b/c && cat a/b/c');
    expect(await run.startAndWait()).toMatchObject({ exitCode: 0 });
    expect(await run.lines()).toEqual(['kept']);
  });

  behaviour('what cannot be started ends as a fault with its cause', async (lab) => {
    const cases = [
      [{ argv: ['no-such-program'] }, /no program no-such-program/],
      [{ argv: [] }, /no program to run/],
      [{ argv: ['./not-here'] }, /no program \.\/not-here/],
      [{ cwd: '/' }, /is not in/],
      [{ workDir: '/no/such/folder', cwd: '/no/such/folder' }, /does not exist/],
      [{ env: { 'A=B': '' } }, /not a name/],
      [{ env: { A: '\0' } }, /NUL/],
      [{ mounts: [{ path: '/no/such/mount', writable: false }] }, /to mount/],
    ] as const;
    for (const [changes, cause] of cases) {
      const run = lab.run('echo never', changes);
      await run.start();
      expect(await run.wait()).toMatchObject({ kind: 'fault', cause: expect.stringMatching(cause) });
      expect(await run.lines()).toEqual([]);
    }
  });

  behaviour('the same key starts once, however often it is asked for', async (lab) => {
    const run = lab.run('echo started >> count');
    await Promise.all([run.start(), run.start(), run.start()]);
    await run.wait();
    await run.start();
    expect(await run.wait()).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(run.spec.workDir, 'count'), 'utf8')).toBe('started\n');
  });

  behaviour('several processes that start the same key start it once', async (lab, driver) => {
    const run = lab.run('echo started >> count; while [ ! -e go ]; do sleep 0.05; done');
    const others = await Promise.all(
      [1, 2]
        .map(() => driver.startElsewhere(lab.dataDir, run.key, run.spec))
        .concat(run.start().then(() => undefined as never)),
    );
    writeFileSync(join(run.spec.workDir, 'go'), '');
    expect(await run.wait()).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(run.spec.workDir, 'count'), 'utf8')).toBe('started\n');
    for (const other of others) await other?.dismiss();
  });

  behaviour('reports come in order with their time, and from any one on', async (lab) => {
    const run = lab.run(
      `echo '{"phase":"BUILD"}' >&3; echo no json >&3; echo '[1,"ü"]' >&3; printf '"last"' >&3`,
    );
    await run.start();
    const all = await run.reports();
    expect(all.map(({ data }) => data)).toEqual([{ phase: 'BUILD' }, [1, 'ü'], 'last']);
    expect(await run.reports(1)).toEqual(all.slice(1));
    expect(await run.lines()).toEqual(['pipewright: 1 lines of the report pipe are no reports']);
  });

  behaviour('reports come while it runs', async (lab) => {
    const run = lab.run(`echo '"up"' >&3; while [ ! -e go ]; do sleep 0.05; done`);
    await run.start();
    const onReport = async () => writeFileSync(join(run.spec.workDir, 'go'), '');
    const end = await lab.sandbox.wait(run.key, { onReport }, new AbortController().signal);
    expect(end).toMatchObject({ kind: 'exited', exitCode: 0 });
  });
}
