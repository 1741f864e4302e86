import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { names } from '../../src/cli/demo/names.ts';
import type { Dialect } from '../../src/kernel/database/port.ts';
import type { Outcome } from './outcome.ts';
import { until } from './real-process.ts';
import {
  approvals,
  approve,
  executions,
  follow,
  followTo,
  getBuild,
  happened,
  heldBuild,
  logOf,
} from './real-story.ts';
import { openRealWorld, type RealWorld } from './real-world.ts';

/** What a client sees of a server that is killed. */
const NO_LINE = /ECONNRESET|ECONNREFUSED|EPIPE|socket|hang up|abort|closed/i;
const HOOKS = ['BeforeInstall', 'AfterInstall', 'ApplicationStart', 'ValidateService'];

export function killServers(dialect: Dialect): void {
  describe(`kill -9 of a real server on ${dialect}`, () => {
    let expected: Outcome;
    beforeAll(async () => {
      await using world = await openRealWorld(dialect);
      expect((await world.push()).code).toBe(0);
      await follow(world);
      await world.settle();
      expected = await world.outcome();
      expect(expected.executions).toEqual(['Failed CreatePipeline', 'Succeeded PollForSourceChanges']);
      await endsWell(world);
    });

    /** The same final state as if nothing had happened, every command and script run once, nothing left. */
    const endsAsExpected = async (world: RealWorld) => {
      await follow(world);
      await world.settle();
      expect(await world.outcome()).toEqual(expected);
      await endsWell(world);
    };

    test('a running build goes on meanwhile and is taken up again; its log has no hole', async () => {
      await using world = await openRealWorld(dialect);
      world.hold('build');
      await world.push();
      const { id, runners, processes } = await heldBuild(world);
      await until('the build to print', () => world.ticks() > 2);
      const carried = world.processes().map(({ pid }) => pid);
      expect(carried).toEqual(expect.arrayContaining([world.server().pid, ...runners, ...processes]));
      await world.server().kill('SIGKILL');
      const away = world.ticks();
      await until('the build to go on without a server', () => world.ticks() > away + 5);
      await world.startServer();
      // What the runner reported last may not have been known when the server was killed.
      const build = await until('the phase of the build to be known', async () => {
        const found = await getBuild(world, id);
        expect(found.buildStatus).toBe('IN_PROGRESS');
        return found.currentPhase === 'BUILD' && found;
      });
      const back = world.ticks();
      await until('new lines in its log', async () =>
        (await logOf(world, build)).includes(`tick ${back + 1}`),
      );
      expect(world.processes().map(({ pid }) => pid)).toEqual(
        expect.arrayContaining([...runners, ...processes]),
      );
      world.release('build');
      await follow(world);
      await expectWholeLog(world, id);
      await endsAsExpected(world);
    });

    test('a build that ends while no server is there is brought to its end', async () => {
      await using world = await openRealWorld(dialect);
      world.hold('build');
      await world.push();
      const { id, runners } = await heldBuild(world);
      await world.server().kill('SIGKILL');
      world.release('build');
      await until('the runner to end', () => !world.processes().some(({ pid }) => runners.includes(pid)));
      await world.startServer();
      await follow(world);
      await expectWholeLog(world, id);
      await endsAsExpected(world);
    });

    // Git has moved the branch; the bus does not know yet, or the client has no answer yet.
    test.each(['codecommit:refs-moved:before-announce', 'codecommit:announced'])(
      'in a git push at %s: what was received starts the pipeline once',
      async (point) => {
        await using world = await openRealWorld(dialect);
        await restartWith(world, point);
        await world.push();
        expect(await world.server().ended).toBe('SIGKILL');
        await world.startServer();
        await endsAsExpected(world);
      },
    );

    test('while an approval waits: the same token still counts', async () => {
      await using world = await openRealWorld(dialect);
      await world.push();
      const [waiting] = await until('an approval to wait', async () => {
        const found = await approvals(world);
        return found.length > 0 && found;
      });
      await world.server().kill('SIGKILL');
      await world.startServer();
      expect(await approvals(world)).toEqual([waiting]);
      await approve(world, waiting as NonNullable<typeof waiting>);
      await endsAsExpected(world);
    });

    test.each(['before', 'after'])('in a hook that ends %s the server is back', async (when) => {
      await using world = await openRealWorld(dialect);
      world.hold('AfterInstall');
      await world.push();
      await followTo(world, 'hook AfterInstall');
      await world.server().kill('SIGKILL');
      expect(world.effects('hook-end AfterInstall')).toEqual([]);
      if (when === 'after') await world.startServer();
      world.release('AfterInstall');
      await happened(world, 'hook-end AfterInstall');
      if (when === 'before') await world.startServer();
      await endsAsExpected(world);
    });

    test('while an object is sent, and when it is stored: all of it is there or nothing', async () => {
      await using world = await openRealWorld(dialect);
      const object = { Bucket: names.bucket, Key: 'some/object' };
      const { s3 } = world.clients;
      const half = Buffer.alloc(512 * 1024, 'x');
      const body = new Readable({ read() {} });
      body.push(half);
      const sending = s3.send(
        new PutObjectCommand({ ...object, Body: body, ContentLength: 2 * half.length }),
      );
      const refusal = sending.then(() => 'it was taken', String);
      await until('half of it to arrive', () => unfinishedBytes(world) > 0);
      await world.server().kill('SIGKILL');
      expect(await refusal).toMatch(NO_LINE);
      await restartWith(world, 's3.put:stored');
      expect(await versionsOf(world, object.Key)).toEqual([]);
      await expect(s3.send(new PutObjectCommand({ ...object, Body: half }))).rejects.toThrow(NO_LINE);
      expect(await world.server().ended).toBe('SIGKILL');
      await world.startServer();
      expect(await versionsOf(world, object.Key)).toEqual([]);
      const { VersionId } = await s3.send(new PutObjectCommand({ ...object, Body: half }));
      expect(await versionsOf(world, object.Key)).toEqual([VersionId]);
      const { Body } = await s3.send(new GetObjectCommand(object));
      expect(half.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
      await endsWell(world);
    });

    test('right after StartPipelineExecution was answered: that execution runs, and only it', async () => {
      await using world = await openRealWorld(dialect);
      await world.push();
      await follow(world);
      const ask = { name: names.pipeline, clientRequestToken: 'only-once' };
      const { pipelineExecutionId } = await world.call('codepipeline', 'StartPipelineExecution', ask);
      await world.server().kill('SIGKILL');
      await world.startServer();
      // The same request again is the same execution.
      const again = await world.call('codepipeline', 'StartPipelineExecution', ask);
      expect(again['pipelineExecutionId']).toBe(pipelineExecutionId);
      expect(await follow(world, 3)).toEqual(['Failed', 'Succeeded', 'Succeeded']);
      expect(await executions(world)).toHaveLength(3);
      await endsWell(world, 2);
    });
  });
}

/** Each command and each script ran once in every execution, and nothing is lost, doubled or left over. */
async function endsWell(world: RealWorld, times = 1): Promise<void> {
  const runs = world.effects().map((line) => line.split(' ').slice(0, 3).join(' '));
  if (runs.length > 0) {
    const once = (line: string) => world.effects(line).length;
    for (const step of ['build pre_build', 'build build']) expect([step, once(step)]).toEqual([step, times]);
    for (const hook of HOOKS) expect([hook, once(`hook ${hook}`)]).toEqual([hook, times]);
  }
  expect(await world.faults()).toEqual([]);
}

async function expectWholeLog(world: RealWorld, buildId: string): Promise<void> {
  const lines = await logOf(world, await getBuild(world, buildId));
  const count = world.ticks();
  const own = lines.filter((line) => /^(tick|after) /.test(line));
  const ticks = Array.from({ length: count }, (_, n) => `tick ${n + 1}`);
  expect(own).toEqual([...ticks, `after ${count} ticks`]);
  const phases = lines.filter((line) => line.includes('Entering phase'));
  expect(phases.length).toBeGreaterThan(3);
  expect(new Set(phases.map((line) => line.split('Entering phase')[1])).size).toBe(phases.length);
}

/** The next life of the server ends at the failpoint. */
async function restartWith(world: RealWorld, failpoint: string): Promise<void> {
  await world.settle();
  await world.server().kill('SIGKILL');
  await world.startServer({ PIPEWRIGHT_FAILPOINT: failpoint });
}

async function versionsOf({ clients }: RealWorld, key: string): Promise<(string | undefined)[]> {
  const listed = new ListObjectVersionsCommand({ Bucket: names.bucket, Prefix: key });
  return ((await clients.s3.send(listed)).Versions ?? []).map((version) => version.VersionId);
}

/** Of objects on their way in. */
function unfinishedBytes({ dataDir }: RealWorld): number {
  const folder = join(dataDir, 'blobs/.unfinished');
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
