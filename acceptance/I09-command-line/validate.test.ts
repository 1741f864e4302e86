import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pipelineOf } from '../../testkit/codepipeline/engine-room.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-validate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const launcher = join(import.meta.dirname, '../../bin/pipewright.mjs');

async function validate(...args: readonly string[]) {
  const child = spawn(process.execPath, [launcher, 'validate', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);

test('every error of every definition in a folder, each at its place, and exit code 1', async () => {
  put('buildspec.yml', 'version: 0.2\nphases:\n  biuld:\n    commands: [make]\nartefacts: {}\n');
  put('appspec.yml', 'version: 0.0\nos: linux\nhooks:\n  BeforInstall: []\n');
  put('release.json', JSON.stringify({ pipeline: { ...pipelineOf(), name: 'a b', stags: [] } }, null, 2));
  put('package.json', '{"name": "web"}');
  put('compose.yml', 'services: {}\n');
  const { code, out, err } = await validate();
  expect(err).toBe('');
  expect(code).toBe(1);
  const lines = out.trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('release.json'))).toEqual([
    'appspec.yml:4:3: BeforInstall is not a lifecycle event; did you mean BeforeInstall?',
    'buildspec.yml:3:3: unknown key "biuld" in phases; did you mean "build"?',
    expect.stringMatching(/^buildspec\.yml:5:1: unknown key "artefacts"; did you mean "artifacts"\?/),
  ]);
  expect(lines).toContain("release.json:3:13: 'a b' is not a pipeline name; 1 to 100 of A-Z a-z 0-9 . @ - _");
  expect(out).toContain("unknown key 'stags'; did you mean 'stages'?");
  // Nothing was changed, and nothing was made.
  expect(readdirSync(folder).toSorted()).toEqual([
    'appspec.yml',
    'buildspec.yml',
    'compose.yml',
    'package.json',
    'release.json',
  ]);
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{"name": "web"}');
});

test('a good folder is ok, in words and for scripts', async () => {
  mkdirSync(join(folder, 'app'));
  put('app/buildspec.yml', 'version: 0.2\nphases: {build: {commands: [make]}}\n');
  const plain = await validate('app');
  expect(plain).toEqual({ code: 0, out: 'app/buildspec.yml: ok (buildspec)\n', err: '' });
  const json = await validate('--json', 'app/buildspec.yml', 'nowhere.yml');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    ok: false,
    files: [
      { file: 'app/buildspec.yml', kind: 'buildspec', findings: [] },
      {
        file: 'nowhere.yml',
        kind: null,
        findings: [{ line: 1, column: 1, message: 'there is no such file' }],
      },
    ],
  });
  const nothing = await validate('.');
  expect(nothing.code).toBe(1);
  expect(nothing.err).toContain('there is no pipeline definition, buildspec.yml or appspec.yml in .');
});
