import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTimeOf } from '../../src/agent/state/processes.ts';
import { runLocalBuild } from '../../src/cli/run/local-build.ts';
import { openBuildServer } from '../C01-buildspec/build-client.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'c08-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

/** Runs in this process and keeps what it said. */
async function run(buildspec: unknown, more: Partial<Parameters<typeof runLocalBuild>[0]> = {}) {
  const text = typeof buildspec === 'string' ? buildspec : JSON.stringify(buildspec);
  writeFileSync(join(dir, 'buildspec.yml'), text);
  let output = '';
  const result = await runLocalBuild({ dir, output: { write: (chunk) => (output += chunk) }, ...more });
  return { ...result, output };
}

const SPEC = {
  version: 0.2,
  env: { variables: { A: 'spec', B: 'spec' } },
  phases: {
    build: {
      commands: [
        'echo "built $A $B" | tee out.txt',
        'echo "<testsuite><testcase name=\'t\'/></testsuite>" > junit.xml',
        'test -z "$FAIL"',
      ],
    },
  },
  reports: { unit: { files: ['junit.xml'] } },
  artifacts: { files: ['out.txt'], 'secondary-artifacts': { xml: { files: ['*.xml'] } } },
  cache: { paths: ['node_modules/**/*'] },
};

test('C8-S1: run twice, the same; artifacts and report appear, no cache, the exit code of the platform', async () => {
  const artifacts = join(dir, '.pipewright', 'artifacts');
  for (let n = 0; n < 2; n++) {
    const ran = await run(SPEC, { artifacts, env: { B: 'given' } });
    expect(ran.exitCode, ran.output).toBe(0);
    expect(ran.output).toContain('built spec given');
    expect(ran.output).toContain('no cache is used');
    expect(ran.output).toContain('Report unit SUCCEEDED: 1 test: 1 passed (100.0 %)');
    expect(ran.output).toMatch(/BUILD\s+SUCCEEDED/);
  }
  expect(readFileSync(join(artifacts, 'out.txt'), 'utf8')).toBe('built spec given\n');
  expect(readdirSync(join(artifacts, 'xml'))).toEqual(['junit.xml']);
  const failed = await run(SPEC, { env: { FAIL: 'yes' } });
  expect(failed.exitCode).toBe(1);
  expect(failed.output).toContain('Error while executing command: test -z "$FAIL". Reason: exit status 1');
  await using server = await openBuildServer();
  await server.makeProject('same', SPEC);
  expect((await server.run('same')).buildStatus).toBe('SUCCEEDED');
  const build = await server.run('same', { environmentVariablesOverride: [{ name: 'FAIL', value: 'yes' }] });
  expect(build.buildStatus).toBe('FAILED');
});

test('artifacts stay where they are unless they are asked for', async () => {
  await run(SPEC);
  expect(existsSync(join(dir, '.pipewright'))).toBe(false);
});

test('errors of the buildspec are told with line and column, and nothing runs', async () => {
  const ran = await run(
    'version: 0.2\nphases:\n  build:\n    comands: [touch ran]\n    commands:\n      - echo a: b\n',
  );
  expect(ran.exitCode).toBe(2);
  expect(ran.output.split('\n')).toEqual([
    'buildspec.yml:4:5: error: unknown key "comands" in phases.build (did you mean "commands"?)',
    'buildspec.yml:6:9: error: phases.build.commands[0] must be text, not a mapping (text with ": " in it must stand in quotes or after "|")',
    '',
  ]);
  expect(existsSync(join(dir, 'ran'))).toBe(false);
  expect((await run(SPEC, { buildspec: 'none.yml' })).output).toBe('YAML file does not exist: none.yml\n');
});

test('no platform secret is read: the build says what to give instead', async () => {
  const spec = { ...SPEC, env: { 'secrets-manager': { PASSWORD: 'db/password' } } };
  const refused = await run(spec);
  expect(refused.exitCode).toBe(2);
  expect(refused.output).toContain('give --env PASSWORD=…');
  expect((await run(spec, { env: { PASSWORD: 'x' } })).exitCode).toBe(0);
});

test('an interrupt ends the whole tree, and post_build cleans up', async () => {
  const abort = new AbortController();
  let output = '';
  writeFileSync(
    join(dir, 'buildspec.yml'),
    JSON.stringify({
      version: 0.2,
      phases: {
        build: { commands: ['echo waiting; sleep 100'] },
        post_build: { commands: ['echo cleaned'] },
      },
    }),
  );
  const result = await runLocalBuild({
    dir,
    signal: abort.signal,
    output: {
      write(chunk) {
        output += chunk;
        if (chunk === 'waiting\n') abort.abort();
      },
    },
  });
  expect(result).toMatchObject({ exitCode: 1, status: 'STOPPED' });
  expect(output).toContain('cleaned\n');
});

describe('the command', () => {
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, ['src/cli/main.ts', 'run', ...args], {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, AWS_SECRET_ACCESS_KEY: 'my-own-secret', AWS_ACCESS_KEY_ID: 'AKIDOWN' },
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => void (said.out += chunk));
    child.stderr.on('data', (chunk: Buffer) => void (said.err += chunk));
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, ...said }));
    });
    return { child, ended };
  };
  const pipewright = (...args: string[]) => start(...args).ended;
  const write = (name: string, spec: unknown) => {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof spec === 'string' ? spec : JSON.stringify(spec));
    return path;
  };

  test('needs no server and passes the exit code on', async () => {
    write('buildspec.yml', SPEC);
    const good = await pipewright(dir, '-e', 'B=given');
    expect(good.code, good.out).toBe(0);
    expect(good.out).toContain('built spec given');
    expect((await pipewright(dir, '-e', 'FAIL=1')).code).toBe(1);
    expect((await pipewright(join(dir, 'nowhere'))).code).toBe(2);
  });

  test('C8.1, C8.2: takes the options of AWS’s own script, and answers JSON', async () => {
    const app = join(dir, 'app');
    write('app/ci/spec.yml', {
      ...SPEC,
      env: { ...SPEC.env, 'exported-variables': ['LIB'] },
      phases: {
        ...SPEC.phases,
        post_build: {
          commands: [
            'LIB=$(cat "$CODEBUILD_SRC_DIR_lib/lib.txt")',
            'echo "$KEY ${AWS_SECRET_ACCESS_KEY-none}"',
          ],
        },
      },
    });
    write('lib/lib.txt', 'from the library');
    const env = write('ci.env', '# for tests\n\nB=from a file\nexport KEY=a=b\n');
    const [artifacts, reports] = [join(dir, 'out'), join(dir, 'reports')];
    const ran = await pipewright(
      ...[
        '-s',
        app,
        '-s',
        `lib:${join(dir, 'lib')}`,
        '-b',
        'ci/spec.yml',
        '-e',
        env,
        '-i',
        'aws/codebuild/standard:7.0',
      ],
      ...['-a', artifacts, '-r', reports, '--json'],
    );
    expect(ran.code, ran.err).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({
      exitCode: 0,
      status: 'SUCCEEDED',
      phases: [
        { phase: 'INSTALL', status: 'SUCCEEDED', message: '' },
        { phase: 'PRE_BUILD' },
        { phase: 'BUILD' },
        { phase: 'POST_BUILD' },
        { phase: 'UPLOAD_ARTIFACTS', seconds: expect.any(Number) },
      ],
      reports: [{ group: 'unit', status: 'SUCCEEDED', total: 1, counts: { SUCCEEDED: 1 } }],
      artifacts: { dir: artifacts, files: 2 },
      exportedVariables: { LIB: 'from the library' },
    });
    expect(ran.err).toContain(
      'The image aws/codebuild/standard:7.0 is substituted by the tools of this machine.',
    );
    // Nobody's keys are in a build that was not given any.
    expect(ran.err).toContain('a=b none\n');
    expect(readFileSync(join(artifacts, 'out.txt'), 'utf8')).toBe('built spec from a file\n');
    expect(readdirSync(join(reports, 'unit'))).toEqual(['junit.xml']);
    expect(existsSync(join(app, 'out'))).toBe(false);
  });

  test('-c gives the build the caller’s own keys, and shows none', async () => {
    write('buildspec.yml', {
      version: 0.2,
      phases: { build: { commands: ['echo "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_PROFILE"'] } },
    });
    const ran = await pipewright(dir, '-c', '-p', 'mine');
    expect(ran.out).toContain('AKIDOWN *** mine\n');
  });

  test('what cannot be is told, all of it at once, and nothing runs', async () => {
    write('buildspec.yml', { version: 0.2, phases: { build: { commands: ['touch ran'] } } });
    const env = write('bad.env', 'A=1\nno assignment\n');
    const ran = await pipewright(
      ...[
        dir,
        '-s',
        '/nowhere',
        '-i',
        'node:22',
        '-d',
        '-l',
        'x',
        '-e',
        env,
        '-e',
        'missing',
        '--sandbox',
        'vm',
      ],
    );
    expect(ran.code).toBe(2);
    expect(ran.err.split('\n')).toEqual([
      `pipewright: there can be one source only, not ${dir} and /nowhere`,
      'pipewright: there is no sandbox vm: use process or bubblewrap',
      'pipewright: --image: node:22 cannot be run: a local run uses the tools of this machine, and stands in for aws/codebuild/… images only',
      'pipewright: --privileged: a local run has no container that could be privileged',
      'pipewright: --agent-image: a local run needs no agent, and so no image of one',
      `pipewright: ${env}:2: error: not a line of the form NAME=value`,
      'pipewright: --env takes name=value or a file of such lines, and missing is neither',
      '',
    ]);
    expect(existsSync(join(dir, 'ran'))).toBe(false);
  });

  test('Ctrl-C ends the tree and lets it clean up; a second one does not wait', async () => {
    const spec = (cleanup: string) => ({
      version: 0.2,
      phases: { build: { commands: ['echo $$ > pid; sleep 1000'] }, post_build: { commands: [cleanup] } },
    });
    /** Not what has ended and only waits for somebody to ask how. */
    const alive = () => {
      const pid = existsSync(join(dir, 'pid')) ? readFileSync(join(dir, 'pid'), 'utf8').trim() : '';
      return pid !== '' && startTimeOf(Number(pid)) !== undefined;
    };
    write('buildspec.yml', spec('echo cleaned'));
    const once = start(dir);
    await until(() => alive());
    once.child.kill('SIGINT');
    const { code, out } = await once.ended;
    expect(code).toBe(130);
    expect(out).toContain('cleaned\n');
    expect(out).toMatch(/BUILD\s+STOPPED/);
    expect(alive()).toBe(false);
    rmSync(join(dir, 'pid'));

    write('buildspec.yml', spec('echo cleaning; touch cleaning; sleep 1000'));
    const twice = start(dir);
    await until(() => alive());
    twice.child.kill('SIGINT');
    await until(() => existsSync(join(dir, 'cleaning')));
    twice.child.kill('SIGINT');
    expect((await twice.ended).code).toBe(130);
  });
});

async function until(good: () => boolean): Promise<void> {
  while (!good()) await new Promise((resolve) => setTimeout(resolve, 20));
}
