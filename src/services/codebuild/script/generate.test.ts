import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parseBuildspec } from '../model/buildspec/parse.ts';
import { generateScripts } from './generate.ts';
import { commandOfStep, planPhases } from './plan.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

interface Ran {
  readonly log: string;
  /** Lines that the commands themselves printed. */
  readonly output: readonly string[];
  readonly reports: readonly Record<string, unknown>[];
  /** `INSTALL`, `BUILD!make` … : phases in order, with the command that failed them. */
  readonly phases: readonly string[];
  readonly exported: Readonly<Record<string, string>>;
  readonly expanded: Readonly<Record<string, string>>;
  readonly code: number | null;
}

interface Options {
  readonly expansions?: readonly { id: string; text: string }[];
  readonly onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the scripts of a buildspec as the sandbox does: own process group, reports on descriptor 3. */
function run(buildspec: unknown, options: Options = {}): Promise<Ran> {
  const parsed = parseBuildspec(
    typeof buildspec === 'string' ? buildspec : JSON.stringify(buildspec),
    'buildspec.yml',
  );
  if (parsed.kind === 'bad') throw new Error(JSON.stringify(parsed.findings));
  const { spec } = parsed;
  const phases = planPhases(spec.phases);
  const scripts = generateScripts({
    shell: spec.shell,
    ownShells: spec.version === '0.1',
    phases,
    preamble: ["it's ready"],
    exported: spec.exportedVariables,
    expansions: options.expansions ?? [],
  });
  const root = mkdtempSync(join(tmpdir(), 'script-test-'));
  folders.push(root);
  mkdirSync(join(root, 'control'));
  mkdirSync(join(root, 'orders'));
  mkdirSync(join(root, 'src', 'sub'), { recursive: true });
  writeFileSync(join(root, 'control', 'steps.sh'), scripts.steps);
  const child = spawn(
    'bash',
    [
      '-c',
      `exec 2>&1\n${scripts.supervisor}`,
      'build',
      join(root, 'control'),
      spec.shell,
      join(root, 'orders'),
    ],
    {
      cwd: join(root, 'src'),
      env: { PATH: process.env['PATH'], CODEBUILD_BUILD_SUCCEEDING: '1', ...spec.variables },
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      detached: true,
    },
  );
  let log = '';
  let reports = '';
  const take = (chunk: Buffer) => {
    log += chunk;
    for (const line of chunk.toString().split('\n'))
      options.onLine?.(line, (signal) => process.kill(-(child.pid as number), signal));
  };
  child.stdout?.on('data', take);
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    reports += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const list = reports
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const values = (kind: string, key: string) =>
        Object.fromEntries(
          list
            .filter((report) => report['kind'] === kind)
            .map((report) => [report[key], Buffer.from(report['value'] as string, 'base64').toString()]),
        );
      resolve({
        log,
        output: log.split('\n').filter((line) => line !== '' && !line.startsWith('[Container]')),
        reports: list,
        phases: list
          .filter((report) => report['kind'] === 'phase-end')
          .map((report) =>
            report['code'] === undefined
              ? (report['phase'] as string)
              : `${report['phase']}!${commandOfStep(phases, report['step'] as number)}=${report['code']}`,
          ),
        exported: values('exported', 'name'),
        expanded: values('expanded', 'id'),
        code,
      });
    });
  });
}

const build = (commands: readonly string[], more: object = {}) => ({
  version: 0.2,
  phases: { build: { commands } },
  ...more,
});

test('logs as AWS does and reports every phase', async () => {
  const ran = await run(build(['echo one', 'echo two >&2']));
  expect(ran.code).toBe(0);
  expect(ran.log.replaceAll(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6}/g, 'TIME').split('\n')).toEqual([
    "[Container] TIME it's ready",
    '[Container] TIME Entering phase INSTALL',
    '[Container] TIME Phase complete: INSTALL State: SUCCEEDED',
    '[Container] TIME Phase context status code:  Message: ',
    '[Container] TIME Entering phase PRE_BUILD',
    '[Container] TIME Phase complete: PRE_BUILD State: SUCCEEDED',
    '[Container] TIME Phase context status code:  Message: ',
    '[Container] TIME Entering phase BUILD',
    '[Container] TIME Running command echo one',
    'one',
    '[Container] TIME Running command echo two >&2',
    'two',
    '[Container] TIME Phase complete: BUILD State: SUCCEEDED',
    '[Container] TIME Phase context status code:  Message: ',
    '[Container] TIME Entering phase POST_BUILD',
    '[Container] TIME Phase complete: POST_BUILD State: SUCCEEDED',
    '[Container] TIME Phase context status code:  Message: ',
    '',
  ]);
  expect(ran.phases).toEqual(['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD']);
});

describe('C1-S1 and C1.1: one shell for 0.2, one each for 0.1', () => {
  const phases = {
    install: { commands: ['cd sub; X=1; export Y=2; f() { echo f; }'] },
    build: { commands: ['echo "${PWD##*/} $X $Y"; f'] },
  };
  test('0.2 keeps folder, variables and functions over phases', async () => {
    expect((await run({ version: 0.2, phases })).output).toEqual(['sub 1 2', 'f']);
  });
  test('0.1 keeps nothing', async () => {
    const ran = await run({ version: 0.1, phases });
    expect(ran.output[0]).toBe('src  ');
    expect(ran.phases.at(2)).toContain('BUILD!');
  });
});

describe('C1.3: after a failure', () => {
  const all = (over: object = {}) => ({
    version: 0.2,
    phases: {
      install: { commands: ['echo install'], finally: ['echo install-finally'] },
      pre_build: { commands: ['echo pre'], finally: ['echo pre-finally'] },
      build: { commands: ['echo build', 'echo more'], finally: ['echo build-finally'] },
      post_build: { commands: ['echo post $CODEBUILD_BUILD_SUCCEEDING'], finally: ['echo post-finally'] },
      ...over,
    },
  });
  test('INSTALL ends the build, its finally runs', async () => {
    const ran = await run(all({ install: { commands: ['false', 'echo no'], finally: ['echo yes'] } }));
    expect(ran.output).toEqual(['yes']);
    expect(ran.phases).toEqual(['INSTALL!false=1']);
    expect(ran.code).toBe(1);
    expect(ran.log).toContain('Command did not exit successfully false exit status 1');
    expect(ran.log).toContain(
      'Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing command: false. Reason: exit status 1',
    );
  });
  test('PRE_BUILD ends the build', async () => {
    const ran = await run(all({ pre_build: { commands: ['exit 7'] } }));
    expect(ran.output).toEqual(['install', 'install-finally']);
    expect(ran.phases).toEqual(['INSTALL', 'PRE_BUILD!exit 7=7']);
  });
  test('BUILD goes on with POST_BUILD, which is told', async () => {
    const ran = await run(
      all({ build: { commands: ['echo build', 'false', 'echo no'], finally: ['echo yes'] } }),
    );
    expect(ran.output.slice(4)).toEqual(['build', 'yes', 'post 0', 'post-finally']);
    expect(ran.phases.slice(2)).toEqual(['BUILD!false=1', 'POST_BUILD']);
    expect(ran.code).toBe(1);
  });
  test('ABORT ends it, CONTINUE goes on', async () => {
    const abort = await run(all({ build: { commands: ['false'], 'on-failure': 'ABORT' } }));
    expect(abort.phases).toEqual(['INSTALL', 'PRE_BUILD', 'BUILD!false=1']);
    const goOn = await run(all({ install: { commands: ['false'], 'on-failure': 'CONTINUE' } }));
    expect(goOn.phases).toEqual(['INSTALL!false=1', 'PRE_BUILD', 'BUILD', 'POST_BUILD']);
    expect(goOn.code).toBe(1);
  });
  test('a failing finally fails its phase, and the rest of it runs', async () => {
    const ran = await run(all({ build: { commands: ['true'], finally: ['exit 3', 'echo rest'] } }));
    expect(ran.output).toContain('rest');
    expect(ran.phases.slice(2)).toEqual(['BUILD!exit 3=3', 'POST_BUILD']);
  });
});

describe.each(['bash', '/bin/sh'])('whatever a command does to its shell (%s)', (shell) => {
  const env = { env: { shell, variables: { V: 'v' } } };
  test.each([
    ['exit 0 only ends the command', ['A=1; cd sub; exit 0', 'echo "$A ${PWD##*/}"'], ['1 sub'], undefined],
    ['exit 5 fails it', ['exit 5', 'echo no'], [], 'exit 5=5'],
    ['exec fails with its status', ['exec sh -c "exit 6"'], [], 'exec sh -c "exit 6"=6'],
    ['exec that succeeds goes on', ['exec true', 'echo yes'], ['yes'], undefined],
    ['set -e', ['set -e', 'false; echo no', 'echo no'], [], 'false; echo no=1'],
    [
      'set -eu and a missing variable',
      ['set -eu', 'echo $NOT_THERE', 'echo no'],
      undefined,
      expect.stringMatching(/^echo \$NOT_THERE=/),
    ],
    ['set -u alone harms nobody', ['set -u', 'echo $V'], ['v'], undefined],
    ['the shell kills itself', ['kill -9 $$', 'echo no'], [], 'kill -9 $$=137'],
    ['a child is killed', ["sh -c 'kill -9 $$'"], undefined, "sh -c 'kill -9 $$'=137"],
    ['a syntax error', ['if then', 'echo no'], undefined, 'if then=2'],
    ['break and continue', ['break 2>/dev/null; continue 2>/dev/null; true', 'echo yes'], ['yes'], undefined],
    ['odd separators', ["IFS=:; x='a b'; echo $x"], ['a b'], undefined],
    ['a moved output', ['exec >/dev/null', 'echo no'], [], undefined],
    ['an empty PATH', ['PATH=', 'echo yes'], ['yes'], undefined],
    ['closed descriptors', ['exec 3>&- 4>&-', 'echo yes'], ['yes'], undefined],
    [
      'quotes and lines',
      ["echo 'it'\"'\"'s'\necho \"\\$two\"", "echo '\\n%s'"],
      ['echo "\\$two"', "it's", '$two', ...(shell === 'bash' ? ['\\n%s'] : ['%s'])],
      undefined,
    ],
  ] as const)('%s', async (_name, commands, output, failed) => {
    const ran = await run(build(commands, env));
    const [, , phase, post] = ran.phases;
    expect(ran.output).toEqual(output ?? expect.anything());
    expect(phase).toEqual(failed === undefined ? 'BUILD' : expect.stringMatching(/^BUILD!/));
    expect(phase?.slice('BUILD!'.length)).toEqual(failed ?? '');
    expect(post).toBe('POST_BUILD');
    expect(ran.code).toBe(failed === undefined ? 0 : 1);
  });
  test('variables and functions outlive an exit', async () => {
    const ran = await run(
      build(["A='x  y'; export B=\"it's\"; exit 0", 'echo "$A|$B"; sh -c \'echo "$B|$A"\''], env),
    );
    expect(ran.output).toEqual(["x  y|it's", "it's|"]);
  });
});

test('bash traces its own commands only', async () => {
  const ran = await run(build(['set -x', 'echo hi', 'exit 0', 'echo ho']));
  expect(ran.output).toEqual(['++ echo hi', 'hi', '++ exit 0', '++ echo ho', 'ho']);
});

test('bash functions outlive an exit', async () => {
  expect((await run(build(['f() { echo "f $1"; }; a=(1 2); exit 0', 'f x; echo "${a[1]}"']))).output).toEqual(
    ['f x', '2'],
  );
});

test('exported variables and texts to fill in are reported as they are at the end', async () => {
  const ran = await run(
    {
      version: 0.2,
      env: { variables: { GIVEN: 'g' }, 'exported-variables': ['GIVEN', 'MADE', 'MISSING'] },
      phases: { build: { commands: ["MADE=$'a\\n\"b\\\\\\t€'"] }, post_build: { commands: ['exit 0'] } },
    },
    { expansions: [{ id: 'name', text: 'app-$(echo 1)-$GIVEN-"q"-\\d.zip' }] },
  );
  expect(ran.exported).toEqual({ GIVEN: 'g', MADE: 'a\n"b\\\t€' });
  expect(ran.expanded).toEqual({ name: 'app-1-g-"q"-\\d.zip' });
});

describe('C1.3: clean-up after a stop', () => {
  // The word comes from the process that then waits: a shell of its own would still have to start `sleep`, and a signal
  // to the group that comes before that reaches no `sleep`.
  const wait = `sh -c 'echo waiting; exec sleep 60'`;
  const phases = {
    install: { commands: ['echo install'] },
    pre_build: { commands: ['echo pre'] },
    build: { commands: [wait, 'echo no'], finally: ['echo finally'] },
    post_build: { commands: ['echo clean $CODEBUILD_BUILD_SUCCEEDING'] },
  };
  const stopAt = (word: string) => (line: string, kill: (signal: NodeJS.Signals) => void) => {
    if (line === word) kill('SIGTERM');
  };
  test('in BUILD: finally and post_build run', async () => {
    const ran = await run({ version: 0.2, phases }, { onLine: stopAt('waiting') });
    expect(ran.output).toEqual(['install', 'pre', 'waiting', 'finally', 'clean 0']);
    expect(ran.phases.slice(2)).toEqual([`BUILD!${wait}=143`, 'POST_BUILD']);
    expect(ran.code).toBe(1);
  });
  test('in INSTALL: there is nothing to clean up', async () => {
    const ran = await run(
      { version: 0.2, phases: { ...phases, install: { commands: [wait] } } },
      { onLine: stopAt('waiting') },
    );
    expect(ran.output).toEqual(['waiting']);
  });
});

describe.each(['bash', '/bin/sh'])('C1.3: a stop that comes between two processes (%s)', (shell) => {
  const stop = ': > ../orders/stop';
  const phases = (over: object) => ({
    version: 0.2,
    env: { shell },
    phases: {
      install: { commands: ['echo install'] },
      pre_build: { commands: ['echo pre'] },
      build: { commands: ['echo build'], finally: ['echo finally'] },
      post_build: { commands: ['echo clean $CODEBUILD_BUILD_SUCCEEDING', 'echo cleaned'] },
      ...over,
    },
  });
  test('between two commands: the next one never begins', async () => {
    const ran = await run(phases({ build: { commands: [stop, 'echo no'], finally: ['echo finally'] } }));
    expect(ran.output).toEqual(['install', 'pre', 'finally', 'clean 0', 'cleaned']);
    expect(ran.phases.slice(2)).toEqual(['BUILD!echo no=143', 'POST_BUILD']);
  });
  test('between two phases: the next one is not entered, but cleaning up is', async () => {
    const ran = await run(phases({ pre_build: { commands: [stop] } }));
    expect(ran.output).toEqual(['install', 'clean 0', 'cleaned']);
    expect(ran.phases).toEqual(['INSTALL', 'PRE_BUILD', 'POST_BUILD']);
  });
  test('before there is anything to clean up: nothing more runs', async () => {
    const ran = await run(phases({ install: { commands: [stop], finally: ['echo finally'] } }));
    expect(ran.output).toEqual(['finally']);
    expect(ran.phases).toEqual(['INSTALL']);
  });
  test('in POST_BUILD itself: the rest of it does not begin', async () => {
    const ran = await run(phases({ post_build: { commands: [stop, 'echo no'], finally: ['echo last'] } }));
    expect(ran.output).toEqual(['install', 'pre', 'build', 'finally', 'last']);
    expect(ran.phases.at(-1)).toBe('POST_BUILD!echo no=143');
  });
  test('a shell that no signal stops still begins nothing more', async () => {
    const ran = await run(
      phases({ build: { commands: ["trap '' TERM", stop, 'kill -TERM $$', 'echo no'] } }),
    );
    expect(ran.output).toEqual(['install', 'pre', 'clean 0', 'cleaned']);
    expect(ran.phases.slice(2)).toEqual(['BUILD!kill -TERM $$=143', 'POST_BUILD']);
  });
  test('between two shells: the supervisor alone is told', async () => {
    const ran = await run(phases({ build: { commands: ['kill -TERM $PPID; exit 0', 'echo no'] } }));
    expect(ran.output).toEqual(['install', 'pre', 'clean 0', 'cleaned']);
    expect(ran.phases.slice(2)).toEqual(['BUILD!kill -TERM $PPID; exit 0=143', 'POST_BUILD']);
  });
});

test('any text survives as a command argument', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string().filter((text) => !text.includes('\0')),
      async (text) => {
        const word = `'${text.replaceAll("'", "'\\''")}'`;
        const ran = await run({
          version: 0.2,
          env: { 'exported-variables': ['OUT'] },
          phases: { build: { commands: [`OUT=${word}`, 'exit 0'] } },
        });
        expect(ran.exported['OUT']).toBe(text);
      },
    ),
    { numRuns: 20 },
  );
});
