import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock } from '../../kernel/clock-test.ts';
import { createLogger } from '../../kernel/telemetry/logger.ts';
import { type HostCommand, LOG_TAIL_LIMIT } from '../../pure/agent-protocol.ts';
import { IN_PLACE_EVENTS } from '../../pure/appspec/index.ts';
import { deploymentFolders, knownDeployments } from '../state/folders.ts';
import { openGroup } from '../state/group-state.ts';
import { openJournal, reportsOf } from '../state/journal.ts';
import { isHeldOpen } from '../state/processes.ts';
import { AgentStopping, runCommand } from './run-command.ts';

let dir: string;
let stop: AbortController;
let bytes: Buffer;
const clock = createTestClock();
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'command-'));
  stop = new AbortController();
  mkdirSync(join(dir, 'root'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o644 }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const spec = (hooks: string) => `version: 0.0\nos: linux\n${hooks === '' ? '' : `hooks:\n${hooks}`}`;
const hook = (event: string, rest = '') => `  ${event}:\n    - {location: ${event}.sh${rest}}\n`;

async function command(
  files: Readonly<Record<string, string>>,
  changes: Partial<HostCommand> = {},
): Promise<HostCommand> {
  bytes = await tarOf(files);
  const id = changes.deploymentId ?? 'd-000000001';
  return {
    commandId: `${id}/h`,
    deploymentId: id,
    deploymentCreator: 'user',
    applicationName: 'app',
    deploymentGroupName: 'fleet',
    deploymentGroupId: 'g',
    fileExistsBehavior: 'DISALLOW',
    ignoreApplicationStopFailures: false,
    lifecycleEvents: [...IN_PLACE_EVENTS],
    bundle: {
      url: 'x:',
      bundleType: 'tar',
      bucket: 'b',
      key: 'k.tar',
      version: 'v7',
      eTag: 'tag',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    lastSequence: 0,
    ...changes,
  };
}

/** One life of an agent with this command; answers all its reports. */
async function run(one: HostCommand) {
  const folders = deploymentFolders(dir, one.deploymentId);
  const journal = openJournal(folders.journal);
  writeFileSync(folders.log, '', { flag: 'a' });
  await runCommand(
    {
      command: one,
      hostName: 'h',
      root: join(dir, 'root'),
      stateDir: dir,
      folders,
      group: openGroup(dir, 'g'),
      journal,
      transport: { download: async () => Readable.from([bytes]) } as never,
      clock,
      logger: createLogger({ level: 'silent' }),
      environment: { EXTRA: 'yes' },
      signal: stop.signal,
    },
    () => {},
  );
  journal.close();
  return reportsOf(journal);
}
const summary = (reports: Awaited<ReturnType<typeof run>>) =>
  reports
    .filter((report) => report.kind !== 'EventStarted')
    .map((report) => `${report.event ?? 'all'} ${report.status}`);
const inRoot = (path: string) => readFileSync(join(dir, 'root', path), 'utf8');

test('hooks get their environment and no secret of the agent (D1.13)', async () => {
  process.env['AWS_SECRET_ACCESS_KEY'] = 'never';
  const files = {
    'appspec.yml': spec(hook('AfterInstall')),
    'AfterInstall.sh': '#!/bin/sh\nenv > "$PIPEWRIGHT_ROOT/env"; pwd >> "$PIPEWRIGHT_ROOT/env"',
  };
  const reports = await run(await command(files));
  expect(summary(reports).at(-1)).toBe('all Succeeded');
  const env = inRoot('env');
  for (const line of [
    'APPLICATION_NAME=app',
    'DEPLOYMENT_ID=d-000000001',
    'DEPLOYMENT_GROUP_NAME=fleet',
    'DEPLOYMENT_GROUP_ID=g',
    'LIFECYCLE_EVENT=AfterInstall',
    'BUNDLE_BUCKET=b',
    'BUNDLE_KEY=k.tar',
    'BUNDLE_VERSION=v7',
    'BUNDLE_ETAG=tag',
    'EXTRA=yes',
    deploymentFolders(dir, 'd-000000001').archive,
  ]) {
    expect(env.split('\n')).toContain(line);
  }
  expect(env).not.toContain('AWS_');
  delete process.env['AWS_SECRET_ACCESS_KEY'];
});

test('ApplicationStop runs the script of the last successful revision, not of the last tried (D1.12)', async () => {
  const revision = (name: string, more = '') => ({
    'appspec.yml': spec(hook('ApplicationStop') + (more ? hook('AfterInstall') : '')),
    'ApplicationStop.sh': `#!/bin/sh\necho ${name} >> "$PIPEWRIGHT_ROOT/stopped"`,
    'AfterInstall.sh': more,
  });
  await run(await command(revision('one'), { deploymentId: 'd-000000001' }));
  expect(existsSync(join(dir, 'root', 'stopped'))).toBe(false);
  await run(await command(revision('two', '#!/bin/sh\nexit 1'), { deploymentId: 'd-000000002' }));
  await run(await command(revision('three'), { deploymentId: 'd-000000003' }));
  expect(inRoot('stopped')).toBe('one\none\n');
});

test('a broken ApplicationStop may be ignored', async () => {
  const broken = { 'appspec.yml': spec(hook('ApplicationStop')), 'ApplicationStop.sh': '#!/bin/sh\nexit 9' };
  await run(await command(broken));
  const strict = await run(await command(broken, { deploymentId: 'd-000000002' }));
  expect(summary(strict)).toEqual(['ApplicationStop Failed', 'all Failed']);
  const loose = await run(
    await command(broken, { deploymentId: 'd-000000003', ignoreApplicationStopFailures: true }),
  );
  expect(summary(loose)).toContain('ApplicationStop Failed');
  expect(summary(loose).at(-1)).toBe('all Succeeded');
});

test('other bytes than the announced ones are refused', async () => {
  const one = await command({ 'appspec.yml': spec('') });
  bytes = await tarOf({ 'appspec.yml': spec(hook('AfterInstall')) });
  const reports = await run(one);
  expect(reports.at(-1)?.diagnostics?.message).toMatch(/larger than the announced|SHA-256/);
  expect(summary(reports)).toEqual(['ApplicationStop Skipped', 'DownloadBundle Failed', 'all Failed']);
});

test('a hook that is missing or no file is told apart from one that fails', async () => {
  const reports = await run(await command({ 'appspec.yml': spec(hook('BeforeInstall')) }));
  expect(reports.at(-1)?.diagnostics).toMatchObject({
    errorCode: 'ScriptMissing',
    scriptName: 'BeforeInstall.sh',
  });
});

test('one event takes an hour in all, whatever the timeouts of its scripts add up to (D1, numbers)', async () => {
  const wait = (name: string) =>
    `#!/bin/sh\ntouch "$PIPEWRIGHT_ROOT/${name}"\nwhile test ! -e "$PIPEWRIGHT_ROOT/go-${name}"; do sleep 0.05; done`;
  const scripts = ['first', 'second', 'third'];
  const reports = run(
    await command({
      'appspec.yml': spec(
        `  AfterInstall:\n${scripts.map((name) => `    - {location: ${name}.sh}\n`).join('')}`,
      ),
      ...Object.fromEntries(scripts.map((name) => [`${name}.sh`, wait(name)])),
    }),
  );
  const begun = async (name: string) => {
    while (!existsSync(join(dir, 'root', name))) await sleep(10);
  };
  await begun('first');
  clock.advance(3_000_000);
  writeFileSync(join(dir, 'root', 'go-first'), '');
  await begun('second');
  clock.advance(600_000);
  const ended = await reports;
  expect(summary(ended).slice(-2)).toEqual(['AfterInstall Failed', 'all Failed']);
  expect(ended.at(-1)?.diagnostics).toMatchObject({
    errorCode: 'ScriptTimedOut',
    scriptName: 'second.sh',
    message: 'The script second.sh was stopped: the scripts of one event may take 3600 s in all.',
  });
  expect(existsSync(join(dir, 'root', 'third'))).toBe(false);
});

test('runas an unknown user fails clearly', async () => {
  const files = {
    'appspec.yml': spec(hook('BeforeInstall', ', runas: no-such-user')),
    'BeforeInstall.sh': '#!/bin/sh',
  };
  const reports = await run(await command(files));
  expect(reports.at(-1)?.diagnostics?.message).toContain('The user no-such-user of runas does not exist');
});

test.runIf(process.getuid?.() === 0)('runas becomes that user, with its groups and home', async () => {
  chmodSync(dir, 0o711);
  chmodSync(join(dir, 'root'), 0o777);
  const files = {
    'appspec.yml': spec(hook('BeforeInstall', ', runas: nobody')),
    'BeforeInstall.sh': '#!/bin/sh\necho "$(id -un) $(id -Gn) $USER $HOME" > "$PIPEWRIGHT_ROOT/who"',
  };
  expect(summary(await run(await command(files))).at(-1)).toBe('all Succeeded');
  expect(inRoot('who')).toMatch(/^nobody nogroup nobody \/nonexistent/);
});

test('ten megabytes on one line, binary output and no newline leave a bounded, readable tail', async () => {
  const script = '#!/bin/sh\nhead -c 10000000 /dev/zero | tr "\\0" x\nprintf "\\377\\000 end"; exit 1';
  const files = { 'appspec.yml': spec(hook('BeforeInstall')), 'BeforeInstall.sh': script };
  const tail = (await run(await command(files))).at(-1)?.diagnostics?.logTail ?? '';
  expect(tail.length).toBeLessThanOrEqual(LOG_TAIL_LIMIT);
  expect(tail.endsWith('\uFFFD\uFFFD end')).toBe(true);
  expect(statSync(deploymentFolders(dir, 'd-000000001').log).size).toBeGreaterThan(10_000_000);
});

test('a hook ends when its script does, whatever its daemon holds open', async () => {
  const script = '#!/bin/sh\nsleep 1000 &\necho $! > "$PIPEWRIGHT_ROOT/daemon"';
  const files = { 'appspec.yml': spec(hook('ApplicationStart')), 'ApplicationStart.sh': script };
  expect(summary(await run(await command(files))).at(-1)).toBe('all Succeeded');
  const daemon = Number(inRoot('daemon'));
  expect(() => process.kill(daemon, 0)).not.toThrow();
  process.kill(daemon);
});

/** Ends the journal after the first entry that fits, as if the agent had been killed there. */
function killAfter(id: string, fits: (line: string) => boolean) {
  const { journal } = deploymentFolders(dir, id);
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  const kept = lines.slice(0, lines.findIndex(fits) + 1);
  writeFileSync(journal, `${kept.join('\n')}\n{"kind":"torn`);
}

test('killed between two events, the next agent goes on where the journal ends', async () => {
  const note = (event: string) => `#!/bin/sh\necho ${event} >> "$PIPEWRIGHT_ROOT/ran"`;
  const files = {
    'appspec.yml': spec(hook('BeforeInstall') + hook('AfterInstall')),
    'BeforeInstall.sh': note('before'),
    'AfterInstall.sh': note('after'),
  };
  const one = await command(files);
  await run(one);
  killAfter(one.deploymentId, (line) => line.includes('"EventEnded"') && line.includes('BeforeInstall'));
  const again = await run({ ...one, lastSequence: 3 });
  expect(inRoot('ran')).toBe('before\nafter\nafter\n');
  expect(again.map((report) => report.sequence)).toEqual(again.map((_, n) => n + 1));
  expect(summary(again).at(-1)).toBe('all Succeeded');
});

test.each([
  ['the script was about to begin', (line: string) => line.includes('"kind":"script"')],
  ['the script ran', (line: string) => line.includes('"kind":"process"')],
])('killed when %s, the event fails and the script is not run again', async (_, fits) => {
  const files = {
    'appspec.yml': spec(hook('AfterInstall')),
    'AfterInstall.sh': '#!/bin/sh\necho x >> "$PIPEWRIGHT_ROOT/ran"',
  };
  const one = await command(files);
  await run(one);
  killAfter(one.deploymentId, fits);
  const again = await run(one);
  expect(summary(again).slice(-2)).toEqual(['AfterInstall Failed', 'all Failed']);
  expect(inRoot('ran')).toBe('x\n');
});

test('killed after the script had ended, its result counts', async () => {
  const files = {
    'appspec.yml': spec(hook('AfterInstall')),
    'AfterInstall.sh': '#!/bin/sh\necho x >> "$PIPEWRIGHT_ROOT/ran"',
  };
  const one = await command(files);
  await run(one);
  killAfter(one.deploymentId, (line) => line.includes('"script-ended"'));
  expect(summary(await run(one)).at(-1)).toBe('all Succeeded');
  expect(inRoot('ran')).toBe('x\n');
});

test('an agent without the journal of a begun command fails it rather than repeat it', async () => {
  const reports = await run(await command({ 'appspec.yml': spec('') }, { lastSequence: 4 }));
  expect(reports).toHaveLength(5);
  expect(reports[4]).toMatchObject({ sequence: 5, kind: 'CommandEnded', status: 'Failed' });
});

test('a stopping agent leaves what has not begun for the next one', async () => {
  stop.abort(new AgentStopping());
  const one = await command({ 'appspec.yml': spec('') });
  expect(await run(one)).toEqual([]);
  stop = new AbortController();
  expect(summary(await run(one)).at(-1)).toBe('all Succeeded');
});

test('five revisions are kept, and the one that stops the application', async () => {
  for (let n = 1; n <= 8; n++) {
    const fails: Record<string, string> =
      n > 1
        ? { 'appspec.yml': spec(hook('AfterInstall')), 'AfterInstall.sh': '#!/bin/sh\nexit 1' }
        : { 'appspec.yml': spec('') };
    await run(await command(fails, { deploymentId: `d-00000000${n}` }));
  }
  await run(await command({ 'appspec.yml': spec('') }, { deploymentId: 'd-000000009' }));
  expect(knownDeployments(dir).toSorted()).toEqual([
    'd-000000005',
    'd-000000006',
    'd-000000007',
    'd-000000008',
    'd-000000009',
  ]);
});

test('revisions that only ever fail are not kept for ever, and a log that a daemon writes goes when it does', async () => {
  const starts = {
    'appspec.yml': spec(hook('AfterInstall')),
    'AfterInstall.sh': '#!/bin/sh\nsleep 1000 & echo $! > "$PIPEWRIGHT_ROOT/pid"\nexit 1',
  };
  const fails = { 'appspec.yml': spec(hook('AfterInstall')), 'AfterInstall.sh': '#!/bin/sh\nexit 1' };
  await run(await command(starts, { deploymentId: 'd-000000001' }));
  for (let n = 2; n <= 7; n++) await run(await command(fails, { deploymentId: `d-00000000${n}` }));
  const kept = (first: number) => [first, 3, 4, 5, 6, 7].map((n) => `d-00000000${n}`);
  expect(knownDeployments(dir).toSorted()).toEqual(kept(1));
  const held = deploymentFolders(dir, 'd-000000001');
  expect([existsSync(held.log), existsSync(held.archive)]).toEqual([true, false]);
  process.kill(Number(inRoot('pid')), 'SIGKILL');
  while (isHeldOpen(held.log)) await sleep(10);
  await run(await command(fails, { deploymentId: 'd-000000008' }));
  expect(knownDeployments(dir).toSorted()).toEqual(['4', '5', '6', '7', '8'].map((n) => `d-00000000${n}`));
});

test('a torn last line of a journal is cut off', () => {
  const path = join(dir, 'j', 'journal.jsonl');
  const first = openJournal(path);
  first.append({ kind: 'script', event: 'E', index: 0, location: 'l' });
  first.close();
  appendFileSync(path, '{"kind":"rep');
  const second = openJournal(path);
  second.append({ kind: 'process', pid: 1, startTime: '2' });
  second.close();
  expect(openJournal(path).entries.map((entry) => entry.kind)).toEqual(['script', 'process']);
});
