import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListDeploymentsCommand, StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../testkit/support/free-port.ts';
import { bundle, expectSilence, type Host, openWorld, read, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const rollback = { autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE' as const] } };

async function hosts(...names: string[]): Promise<[Host, Host]> {
  const started = names.map((name) => world.host(name));
  await registered(names.length);
  return started as [Host, Host];
}

async function registered(count: number) {
  await world.until(
    async () =>
      (await world.kernel.database.read.query('select name from codedeploy_instances')).length === count,
  );
}

/** A small web service in the background, the way real hooks start one: it holds the hook's output open. */
const service = (version: string, port: number) => ({
  'web/server.mjs': `import { createServer } from 'node:http';
createServer((_, answer) => answer.end('${version}')).listen(${port}, '127.0.0.1');
setInterval(() => console.log('still here'), 5);`,
});
const START = (port: number) => `cd "$PIPEWRIGHT_ROOT/srv/app" || exit 1
node server.mjs & echo $! > "$PIPEWRIGHT_ROOT/pid"
until node -e 'fetch("http://127.0.0.1:${port}").then(() => {}, () => process.exit(1))'; do
  kill -0 "$(cat "$PIPEWRIGHT_ROOT/pid")" || exit 1
  sleep 0.1
done`;
const STOP = 'test ! -f "$PIPEWRIGHT_ROOT/pid" || kill "$(cat "$PIPEWRIGHT_ROOT/pid")" || true';

test('D1-S2: a failing hook fails the first host, the second stays, the last good revision comes back', async () => {
  const [d1, d2] = await hosts('d1', 'd2');
  await world.group(rollback);
  const port = await freePort();
  const hooks = { ApplicationStop: STOP, BeforeInstall: STOP };
  const v1 = bundle(
    {
      ...hooks,
      ApplicationStart: `test "$(basename "$(dirname "$PIPEWRIGHT_ROOT")")" != d1 || { ${START(port)}\n}`,
    },
    { ...service('v1', port), 'web/version': 'v1' },
  );
  const good = await world.deploy(v1);
  expect((await world.ended(good)).status).toBe('Succeeded');
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('v1');

  const v2 = bundle(
    { ...hooks, ValidateService: 'echo about to fail\necho it answers 500 >&2\nexit 3' },
    { 'web/version': 'v2', 'web/only-in-v2': 'x' },
  );
  const bad = await world.deploy(v2);
  const failed = await world.ended(bad);
  expect(failed).toMatchObject({
    status: 'Failed',
    errorInformation: { code: 'HEALTH_CONSTRAINTS' },
    deploymentOverview: { Failed: 1, Skipped: 1, Succeeded: 0 },
  });
  expect(failed.errorInformation?.message).toContain(
    'd1: ValidateService: The script scripts/ValidateService.sh failed with exit code 3.\n    about to fail\n    it answers 500',
  );
  const target = await world.target(bad, 'd1');
  expect(target.lifecycleEvents?.at(-1)).toMatchObject({
    lifecycleEventName: 'ValidateService',
    status: 'Failed',
    diagnostics: {
      errorCode: 'ScriptFailed',
      scriptName: 'scripts/ValidateService.sh',
      message: 'The script scripts/ValidateService.sh failed with exit code 3.',
      logTail: 'about to fail\nit answers 500',
    },
  });
  expect((await world.target(bad, 'd2')).status).toBe('Skipped');
  expect(read(d2, 'srv/app/version')).toBe('v1');

  // A linked deployment of the last good revision (D1.20).
  const rollbackId = failed.rollbackInfo?.rollbackDeploymentId as string;
  const back = await world.ended(rollbackId);
  expect(back).toMatchObject({
    status: 'Succeeded',
    creator: 'codeDeployRollback',
    rollbackInfo: { rollbackTriggeringDeploymentId: bad },
    deploymentOverview: { Succeeded: 2 },
  });
  const before = await world.info(good);
  expect(back.revision?.s3Location?.version).toBe(before.revision?.s3Location?.version);
  expect(read(d1, 'srv/app/version')).toBe('v1');
  expect(read(d1, 'srv/app/only-in-v2')).toBeUndefined();
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('v1');

  const states = world.events
    .filter((event) => event.detailType === 'CodeDeploy Deployment State-change Notification')
    .map((event) => event.detail as { deploymentId: string; state: string });
  expect(states.map((detail) => `${detail.deploymentId} ${detail.state}`)).toEqual([
    `${good} START`,
    `${good} SUCCESS`,
    `${bad} START`,
    `${bad} FAILURE`,
    `${rollbackId} START`,
    `${rollbackId} SUCCESS`,
  ]);
  // The daemon outlives the agent and its hook.
  await d1.stop();
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('v1');
  process.kill(Number(read(d1, 'pid')));
});

test('D6.5: a rollback that fails is not rolled back again', async () => {
  await hosts('d1');
  await world.group(rollback);
  const flag = join(world.dir, 'broken');
  const files = bundle({ ValidateService: `test ! -e ${flag}` });
  expect((await world.ended(await world.deploy(files))).status).toBe('Succeeded');
  const bad = await world.deploy(bundle({ ValidateService: `touch ${flag}; exit 1` }));
  const failed = await world.ended(bad);
  const back = await world.ended(failed.rollbackInfo?.rollbackDeploymentId as string);
  expect(back.status).toBe('Failed');
  expect(back.rollbackInfo).toEqual({
    rollbackTriggeringDeploymentId: bad,
    rollbackMessage: expect.stringContaining('Rollback of'),
  });
  await world.kernel.tasks.idle();
  const { deployments } = await world.codedeploy.send(new ListDeploymentsCommand({}));
  expect(deployments).toHaveLength(3);
});

test('D1-S1: a hook over its timeout is killed with all its children, in domain time', async () => {
  const [d1] = await hosts('d1');
  await world.group();
  const script = 'sleep 1000 & echo $! > "$PIPEWRIGHT_ROOT/child"\necho waiting\nsleep 1000';
  const id = await world.deploy(bundle({ AfterInstall: { script, timeout: 240 } }));
  await world.until(() => /\d+\n/.test(read(d1, 'child') ?? ''));
  const child = Number(read(d1, 'child'));
  // Domain time goes on with real time too: the step before the limit leaves room for a slow machine.
  world.clock.advance(120_000);
  expect((await world.info(id)).status).toBe('InProgress');
  world.clock.advance(120_000);
  expect((await world.ended(id)).status).toBe('Failed');
  const event = (await world.target(id, 'd1')).lifecycleEvents?.find((one) => one.status === 'Failed');
  expect(event).toMatchObject({
    lifecycleEventName: 'AfterInstall',
    diagnostics: {
      errorCode: 'ScriptTimedOut',
      message: 'The script scripts/AfterInstall.sh was stopped after its timeout of 240 s.',
      logTail: 'waiting',
    },
  });
  await world.until(() => !isRunning(child));
});

test('D1.22: a stop ends the hook under way, skips the rest and rolls back when asked', async () => {
  const [d1] = await hosts('d1', 'd2');
  await world.group();
  expect((await world.ended(await world.deploy(bundle({}, { 'web/version': 'v1' })))).status).toBe(
    'Succeeded',
  );
  const id = await world.deploy(
    bundle({ AfterInstall: 'echo $$ > "$PIPEWRIGHT_ROOT/hook"\nsleep 1000' }, { 'web/version': 'v2' }),
  );
  await world.until(() => /\d+\n/.test(read(d1, 'hook') ?? ''));
  const answer = await world.codedeploy.send(
    new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }),
  );
  expect(answer.status).toBe('Pending');
  const stopped = await world.ended(id);
  expect(stopped).toMatchObject({
    status: 'Stopped',
    errorInformation: { code: 'MANUAL_STOP' },
    deploymentOverview: { Failed: 1, Skipped: 1 },
  });
  expect(isRunning(Number(read(d1, 'hook')))).toBe(false);
  const back = await world.ended(stopped.rollbackInfo?.rollbackDeploymentId as string);
  expect(back.status).toBe('Succeeded');
  expect(read(d1, 'srv/app/version')).toBe('v1');
  await expect(world.codedeploy.send(new StopDeploymentCommand({ deploymentId: id }))).rejects.toMatchObject({
    name: 'DeploymentAlreadyCompletedException',
  });
});

test('D1.4: no host matches: the deployment fails, says so and hints at the case of a tag', async () => {
  await hosts('d1');
  await world.group({
    onPremisesInstanceTagFilters: [{ Key: 'Name', Value: 'RPI4', Type: 'KEY_AND_VALUE' }],
  });
  const info = await world.ended(await world.deploy(bundle({})));
  expect(info.status).toBe('Failed');
  expect(info.errorInformation?.code).toBe('NO_INSTANCES');
  expect(info.errorInformation?.message).toContain('0 instances match (Name=RPI4)');
  expect(info.errorInformation?.message).toContain('differ in case only: Name=Rpi4');
});

test('a broken appspec fails with all its errors before any host is touched', async () => {
  const [d1] = await hosts('d1');
  await world.group(rollback);
  const files = {
    'appspec.yml': 'version: 0.0\nos: linux\nhooks:\n  BeforInstall:\n    - location: ../x\nfiles: 7\n',
  };
  const info = await world.ended(await world.deploy(files));
  expect(info).toMatchObject({ status: 'Failed', errorInformation: { code: 'INVALID_REVISION' } });
  expect(info.errorInformation?.message?.split('\n').map((line) => line.slice(0, 24))).toEqual([
    'appspec.yml:4:3: error: ',
    'appspec.yml:5:17: error:',
    'appspec.yml:6:8: error: ',
  ]);
  const target = await world.target(info.deploymentId as string, 'd1');
  expect(target.status).toBe('Skipped');
  expect(target.lifecycleEvents?.find((event) => event.status === 'Failed')).toMatchObject({
    lifecycleEventName: 'DownloadBundle',
    diagnostics: { errorCode: 'UnknownError', message: info.errorInformation?.message },
  });
  expect(existsSync(join(d1.stateDir, 'deployments'))).toBe(false);
});

test('D1.7: an appspec of another name, or one folder too deep, is not looked at, and that is said', async () => {
  await hosts('d1');
  await world.group();
  for (const path of ['appspec.yaml', 'AppSpec.yml', 'my-app/appspec.yml']) {
    const info = await world.ended(await world.deploy({ [path]: 'version: 0.0\nos: linux\n' }));
    expect(info.errorInformation).toEqual({
      code: 'INVALID_REVISION',
      message: `The revision has no appspec.yml at its top (the name is fixed and case-sensitive). It has ${path}, which is not looked at.`,
    });
  }
  const windows = await world.ended(await world.deploy({ 'appspec.yml': 'version: 0.0\nos: windows\n' }));
  expect(windows.errorInformation?.message).toBe('appspec.yml:2:5: error: os must be linux, not "windows"');
});

test('kill -9 of the agent in a hook: that event fails, the script does not run twice, the next deployment works', async () => {
  const first = world.hostProcess('d1');
  await registered(1);
  await world.group();
  const script = 'echo run >> "$PIPEWRIGHT_ROOT/runs"\necho $$ > "$PIPEWRIGHT_ROOT/hook"\nsleep 1000';
  const id = await world.deploy(bundle({ BeforeInstall: 'true', AfterInstall: script }));
  await world.until(() => /\d+\n/.test(read(first, 'hook') ?? ''));
  first.process.kill('SIGKILL');
  await new Promise((resolve) => first.process.once('exit', resolve));
  expect((await world.info(id)).status).toBe('InProgress');

  world.host('d1');
  expect((await world.ended(id)).status).toBe('Failed');
  const target = await world.target(id, 'd1');
  expect(target.lifecycleEvents?.map((event) => event.status)).toEqual([
    'Skipped',
    'Succeeded',
    'Succeeded',
    'Succeeded',
    'Failed',
    'Skipped',
    'Skipped',
  ]);
  expect(target.lifecycleEvents?.[4]?.diagnostics).toMatchObject({
    scriptName: 'scripts/AfterInstall.sh',
    message:
      'The agent was restarted while scripts/AfterInstall.sh ran; a script is never run a second time.',
  });
  expect(read(first, 'runs')).toBe('run\n');
  expect(isRunning(Number(read(first, 'hook')))).toBe(false);
  expect((await world.ended(await world.deploy(bundle({})))).status).toBe('Succeeded');
});

test('an agent that is not heard of for five minutes fails its host (AGENT lost), one that lives does not', async () => {
  const [d1] = await hosts('d1');
  await world.group();
  const id = await world.deploy(
    bundle({ AfterInstall: { script: 'touch "$PIPEWRIGHT_ROOT/there"\nsleep 2000', timeout: 3600 } }),
  );
  await world.until(() => read(d1, 'there') !== undefined);
  // Domain time jumps, the agent is alive: it comes back at once.
  world.clock.advance(10 * 60_000);
  await world.kernel.tasks.idle();
  await world.until(async () => {
    const [row] = await world.kernel.database.read.query<{ last_seen: number }>(
      'select last_seen from codedeploy_instances',
    );
    return (row?.last_seen ?? 0) > world.clock.now() - 60_000;
  });
  world.clock.advance(21_000);
  await world.kernel.tasks.idle();
  expect((await world.info(id)).status).toBe('InProgress');
});

test('a host that has no agent fails after five minutes', async () => {
  const begun = world.clock.now();
  const [d1] = await hosts('d1');
  await d1.stop();
  await world.group();
  const id = await world.deploy(bundle({}));
  await world.until(async () => (await world.info(id)).status === 'InProgress');
  for (const ms of [4 * 60_000 + 41_000, 21_000]) {
    world.clock.advance(ms);
    await world.kernel.tasks.idle();
  }
  const info = await world.ended(id);
  expect(info.status).toBe('Failed');
  expectSilence(info.errorInformation?.message, world.clock.now() - begun);
  // D1-S1: a host that was down reaches the latest good revision when it returns.
  const d2 = world.host('d2');
  await registered(2);
  const good = await world.deploy(bundle({}, { 'web/version': 'good' }), {
    deploymentConfigName: 'CodeDeployDefault.AllAtOnce',
  });
  await world.until(() => read(d2, 'srv/app/version') === 'good');
  for (const ms of [4 * 60_000 + 41_000, 21_000]) {
    world.clock.advance(ms);
    await world.kernel.tasks.idle();
    await world.until(async () => (await world.target(good, 'd2')).status === 'Succeeded');
  }
  const partial = await world.ended(good);
  expect(partial).toMatchObject({ status: 'Succeeded', deploymentOverview: { Succeeded: 1, Failed: 1 } });
  expect(partial.deploymentStatusMessages).toEqual(['Succeeded with 1 failed: d1.']);
  const again = world.host('d1');
  await world.until(() => read(again, 'srv/app/version') === 'good');
});

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
