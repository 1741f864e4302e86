import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startTestServer } from '../../testkit/support/test-server.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** The blocks of shell in a section of the README. */
function shellBlocks(section: string): string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const text = readme.split(/^## /m).find((each) => each.startsWith(section)) ?? '';
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block as string);
}

/** A score of processes one after another, on a machine that may be busy. */
const LONG = 600_000;

test('the tour of the README can be walked as it stands', { timeout: LONG }, async () => {
  await using server = await startTestServer();
  const { HOME = '', PATH } = server.env;
  symlinkSync(server.dataDir, join(HOME, 'pipewright-tour'));
  const [start, ...blocks] = shellBlocks('Five minutes');
  expect(start).toContain('pipewright up --data ~/pipewright-tour');
  expect(blocks.length).toBeGreaterThan(3);
  const script = ['set -euo pipefail; shopt -s expand_aliases', ...blocks].join('\n');
  const env = {
    HOME,
    // Debian's aws, whatever other one a machine has.
    PATH: `${join(process.execPath, '..')}:/usr/bin:${PATH}`,
    AWS_PAGER: '',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    GIT_TERMINAL_PROMPT: '0',
  };
  const { stdout, stderr } = await run('bash', ['-c', script], { cwd: root, env, maxBuffer: 2 ** 24 });
  expect(stdout).toContain('arn:aws:iam::111111111111:root');
  expect(stdout).toMatch(/pipeline\.json: ok/);
  expect(stdout).toMatch(/\nHello from hello:\S+\n/);
  expect(stdout).toContain('Approved Release/Approve of hello');
  expect(stdout).toMatch(/Release\s+Approve\s+Succeeded/);
  expect(stdout).toMatch(/console\/#token=\S+\n$/);
  expect(stderr).not.toMatch(/unknown options/i);
});
