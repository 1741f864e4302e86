import type { Build } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildHouse, openBuildHouse } from './build-house.ts';

const AS_ROOT = process.getuid?.() === 0;
const why = (build: Build) =>
  build.phases?.find((phase) => phase.phaseStatus === 'FAILED')?.contexts?.[0]?.message;

describe.each(['process', 'bubblewrap'] as const)('run-as (C1, %s)', (driver) => {
  let house: BuildHouse;
  beforeAll(async () => {
    house = await openBuildHouse({ driver, users: ['daemon', 'root'] });
    await house.makeRole();
  });
  afterAll(() => house[Symbol.asyncDispose]());
  const build = async (spec: object) => {
    const name = `p${Math.random().toString(36).slice(2)}`;
    await house.makeProject(name, { version: 0.2, ...spec });
    return house.ended(await house.start(name));
  };
  const commands = ['id -un; touch made && ls -l made | cut -d" " -f3'];

  test.runIf(AS_ROOT)('commands run as the user of the buildspec, in a work folder of theirs', async () => {
    const done = await build({ 'run-as': 'daemon', phases: { build: { commands } } });
    expect(done.buildStatus, why(done)).toBe('SUCCEEDED');
    expect(await house.output(done)).toEqual(['daemon', 'daemon']);
    const inPhase = await build({ phases: { build: { commands: ['id -un'], 'run-as': 'daemon' } } });
    expect(await house.output(inPhase)).toEqual(['daemon']);
  });
  test.runIf(AS_ROOT)('root stands for the user that builds have anyway', async () => {
    const done = await build({ 'run-as': 'root', phases: { build: { commands: ['id -u'] } } });
    expect(done.buildStatus).toBe('SUCCEEDED');
    expect(await house.output(done)).not.toEqual(['0']);
  });
  test('who may not be asked for fails the build before anything runs, and it says why', async () => {
    const cases: [string, RegExp][] = [
      ['nosuchuser', /run-as nosuchuser: this machine has no user of this name/],
      ['bin', AS_ROOT ? /the setting buildUsers does not name this user/ : /only a server that runs as root/],
    ];
    for (const [user, message] of cases) {
      const done = await build({ 'run-as': user, phases: { build: { commands: ['echo never'] } } });
      expect(done.buildStatus).toBe('FAILED');
      expect(why(done)).toMatch(message);
      expect(await house.output(done)).toEqual([]);
    }
  });
});
