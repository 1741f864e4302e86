import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runKey, workFolder } from '../parts.ts';
import { type BuildHouse, openBuildHouse } from './build-house.ts';

let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse({ deps: { concurrentBuilds: 3 } });
  await house.makeRole();
});
afterAll(() => house[Symbol.asyncDispose]());

const phase = (build: Build, type: string) => build.phases?.find((each) => each.phaseType === type);
const inPhase = (type: string) => (build: Build) => build.currentPhase === type;

/** Resolves once the commands have printed this line. */
async function printed(on: BuildHouse, build: Build, line: string): Promise<void> {
  const id = await on.logs.findStream(
    { account: '111111111111', region: 'us-east-1' },
    build.logs?.groupName as string,
    build.logs?.streamName as string,
  );
  for await (const batch of on.kernel.logs.tail(id as string, 0, new AbortController().signal)) {
    if (batch.some((record) => record.text === line)) return;
  }
  throw new Error(`${line} was never printed`);
}

const WAITING = {
  version: 0.2,
  phases: {
    build: { commands: ['echo waiting; sleep 100', 'echo never'], finally: ['echo finally'] },
    post_build: { commands: ['echo clean $CODEBUILD_BUILD_SUCCEEDING'] },
  },
};

test('StopBuild ends the whole tree, and finally and post_build clean up (C1.3)', async () => {
  await house.makeProject('stopped', WAITING);
  const id = await house.start('stopped');
  await printed(house, await house.until(id, inPhase('BUILD')), 'waiting');
  await house.call('StopBuild', { id });
  const build = await house.ended(id);
  expect(build.buildStatus).toBe('STOPPED');
  expect(phase(build, 'BUILD')).toMatchObject({ phaseStatus: 'STOPPED' });
  expect(await house.output(build)).toEqual(['waiting', 'finally', 'clean 0']);
  // Once more does nothing.
  expect((await house.call('StopBuild', { id })).build.buildStatus).toBe('STOPPED');
});

test('the time limit counts in domain time', async () => {
  await house.makeProject('slow', WAITING, { timeoutInMinutes: 5 });
  const id = await house.start('slow');
  await printed(house, await house.until(id, inPhase('BUILD')), 'waiting');
  house.kernel.clock.advance(5 * 60_000);
  const build = await house.ended(id);
  expect(build.buildStatus).toBe('TIMED_OUT');
  expect(phase(build, 'BUILD')).toMatchObject({
    phaseStatus: 'TIMED_OUT',
    contexts: [{ message: 'The build ran longer than its limit of 5 minutes' }],
  });
  expect(await house.output(build)).toContain('clean 0');
});

test('kill -9 of a command fails its phase with the signal; the build goes on as after any failure', async () => {
  await house.makeProject('killed', {
    version: 0.2,
    phases: {
      build: { commands: ["sh -c 'kill -9 $$'", 'echo never'] },
      post_build: { commands: ['echo post'] },
    },
  });
  const build = await house.ended(await house.start('killed'));
  expect(build.buildStatus).toBe('FAILED');
  expect(phase(build, 'BUILD')?.contexts?.[0]?.message).toContain('exit status 137 (killed by SIGKILL)');
  expect(await house.output(build)).toContain('post');
});

test('kill -9 of the whole build: FAILED with its signal', async () => {
  await house.makeProject('shot', {
    version: 0.2,
    phases: { build: { commands: ['echo waiting', 'kill -9 $PPID; sleep 100'] } },
  });
  const build = await house.ended(await house.start('shot'));
  expect(build.buildStatus).toBe('FAILED');
  expect(phase(build, 'BUILD')).toMatchObject({
    phaseStatus: 'FAILED',
    contexts: [{ message: 'The build was killed by SIGKILL' }],
  });
});

test('kill -9 of its runner: FAULT with the cause', async () => {
  await house.makeProject('orphan', WAITING);
  const id = await house.start('orphan');
  await printed(house, await house.until(id, inPhase('BUILD')), 'waiting');
  process.kill(runnerOf(house, id), 'SIGKILL');
  const build = await house.ended(id);
  expect(build.buildStatus).toBe('FAULT');
  expect(phase(build, 'BUILD')?.contexts?.[0]).toMatchObject({ statusCode: 'INTERNAL_ERROR' });
  expect(phase(build, 'BUILD')?.contexts?.[0]?.message).toMatch(/runner/);
});

/** The process that watches over a run, as its journal names it. */
function runnerOf(on: BuildHouse, id: string): number {
  const runs = join(on.kernel.dataDir, 'runs');
  for (const folder of readdirSync(runs)) {
    const journal = readFileSync(join(runs, folder, 'journal'), 'utf8');
    const pid = /"runner":\{"pid":(\d+)/.exec(journal)?.[1];
    if (pid !== undefined && journal.includes(runKey(id))) return Number(pid);
  }
  throw new Error('no runner is to be found');
}

const WAIT = 'echo waiting; until [ -e "$CODEBUILD_SRC_DIR/open" ]; do sleep 0.02; done';
const GATED = { version: 0.2, phases: { build: { commands: [WAIT] } } };

/** Lets a build that waits at its gate go on. */
function open(on: BuildHouse, id: string): void {
  writeFileSync(join(workFolder(on.kernel, id).source, 'open'), '');
}

describe('queue', () => {
  test('a build above the limits waits, is never refused, and starts when a slot is free', async () => {
    await house.makeProject('gated', GATED, { concurrentBuildLimit: 1 });
    await house.makeProject('free', GATED);
    const first = await house.start('gated');
    const second = await house.start('gated');
    const others = [await house.start('free'), await house.start('free'), await house.start('free')];
    await house.until(first, inPhase('BUILD'));
    await house.until(others[1] as string, inPhase('BUILD'));
    // One slot of three is gated's, two are free's; its own limit keeps the second of gated waiting, the slots the third.
    expect((await house.getBuild(second)).currentPhase).toBe('QUEUED');
    expect((await house.getBuild(others[2] as string)).currentPhase).toBe('QUEUED');
    for (const id of [first, ...others.slice(0, 2), others[2] as string, second]) {
      await printed(house, await house.until(id, inPhase('BUILD')), 'waiting');
      open(house, id);
      expect((await house.ended(id)).buildStatus).toBe('SUCCEEDED');
    }
  });

  test('a build that waits too long is TIMED_OUT, one that is stopped STOPPED; neither ran', async () => {
    await house.makeProject('queued', GATED, {
      concurrentBuildLimit: 1,
      queuedTimeoutInMinutes: 5,
      timeoutInMinutes: 60,
    });
    const holder = await house.start('queued');
    await house.until(holder, inPhase('BUILD'));
    const stopped = await house.start('queued');
    await house.call('StopBuild', { id: stopped });
    expect((await house.ended(stopped)).buildStatus).toBe('STOPPED');
    const late = await house.start('queued');
    house.kernel.clock.advance(5 * 60_000);
    const build = await house.ended(late);
    expect(build.buildStatus).toBe('TIMED_OUT');
    expect(build.phases?.map((each) => each.phaseType)).toEqual([
      'SUBMITTED',
      'QUEUED',
      'FINALIZING',
      'COMPLETED',
    ]);
    open(house, holder);
    expect((await house.ended(holder)).buildStatus).toBe('SUCCEEDED');
  });
});

describe('a restart of the server', () => {
  test('a running build goes on meanwhile and is taken up again; nothing runs twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'endings-'));
    const dataDir = join(folder, 'data');
    const first = await openBuildHouse({ dataDir });
    await first.makeRole();
    await first.makeProject('long', {
      version: 0.2,
      env: { 'exported-variables': ['SEEN'] },
      phases: {
        install: { commands: [`echo install >> "$CODEBUILD_SRC_DIR/ran"`] },
        build: { commands: [WAIT] },
        post_build: { commands: ['export SEEN=$(cat "$CODEBUILD_SRC_DIR/ran")'] },
      },
    });
    const id = await first.start('long');
    await printed(first, await first.until(id, inPhase('BUILD')), 'waiting');
    await first[Symbol.asyncDispose]();

    const second = await openBuildHouse({ dataDir });
    expect((await second.getBuild(id)).currentPhase).toBe('BUILD');
    open(second, id);
    const build = await second.ended(id);
    expect(build).toMatchObject({
      buildStatus: 'SUCCEEDED',
      exportedEnvironmentVariables: [{ name: 'SEEN', value: 'install' }],
    });
    expect(build.phases?.filter((each) => each.phaseType === 'BUILD')).toHaveLength(1);
    expect(await second.output(build)).toEqual(['waiting']);
    await second[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });

  test('a build that ended while nobody was there is brought to its end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'endings-'));
    const dataDir = join(folder, 'data');
    const first = await openBuildHouse({ dataDir });
    await first.makeRole();
    await first.makeProject('quiet', {
      version: 0.2,
      phases: {
        build: { commands: [WAIT, 'exit 5'] },
      },
    });
    const id = await first.start('quiet');
    await printed(first, await first.until(id, inPhase('BUILD')), 'waiting');
    const runner = runnerOf(first, id);
    await first[Symbol.asyncDispose]();
    open(first, id);
    await gone(runner);
    const second = await openBuildHouse({ dataDir });
    const build = await second.ended(id);
    expect(build.buildStatus).toBe('FAILED');
    expect(phase(build, 'BUILD')?.contexts?.[0]?.message).toContain('exit 5. Reason: exit status 5');
    await second[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });
});

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
