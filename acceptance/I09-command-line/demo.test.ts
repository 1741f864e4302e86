import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';

const execute = promisify(execFile);
const launcher = join(import.meta.dirname, '../../bin/pipewright.mjs');

const NOBODY = 'http://127.0.0.1:9/';
/** What users have, and what the demo must get by without. */
const GIT_OF_THE_USER = `[commit]
	gpgsign = true
[gpg]
	program = false
[core]
	hooksPath = /nowhere
[http]
	proxy = ${NOBODY}
[url "${NOBODY}"]
	insteadOf = http://
`;

interface Summary {
  readonly pushToFirstLogMs: number;
  readonly pushToLiveMs: number;
  readonly executions: readonly { readonly id: string; readonly status: string }[];
  readonly rollback: { readonly deploymentId: string; readonly ofDeploymentId: string };
}

// The demo itself throws, and ends with another exit code, when a host or the API does not answer as it must.
it('plays the main job: push, build, approval, deployment, and a rollback by itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-demo-test-'));
  const database = await openWantedDatabase();
  try {
    const file = join(folder, 'summary.json');
    writeFileSync(join(folder, '.gitconfig'), GIT_OF_THE_USER);
    const { stdout } = await execute(process.execPath, [launcher, 'demo', '--once', '--summary', file], {
      env: { ...process.env, ...database.env, HOME: folder, http_proxy: NOBODY, GIT_DIR: folder },
      maxBuffer: 64 * 1024 * 1024,
    });
    const summary = JSON.parse(readFileSync(file, 'utf8')) as Summary;
    expect(summary.executions.map(({ status }) => status)).toEqual(['Succeeded', 'Failed']);
    expect(summary.rollback.deploymentId).toMatch(/^d-/);
    expect(summary.rollback.ofDeploymentId).not.toBe(summary.rollback.deploymentId);
    expect(summary.pushToFirstLogMs).toBeGreaterThan(0);
    expect(summary.pushToLiveMs).toBeGreaterThan(summary.pushToFirstLogMs);
    expect(stdout).toContain('Both hosts answer with version');
    expect(stdout).toContain('rolled back by itself');
  } finally {
    await database.drop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}, 600_000);
