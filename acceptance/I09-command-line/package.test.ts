import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');

it('is packed so that it runs without the sources', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-package-'));
  const database = await openWantedDatabase();
  try {
    const env = {
      ...process.env,
      ...database.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      // The console's own build is not what this is about, and other tests use its folder meanwhile.
      PIPEWRIGHT_SKIP_CONSOLE: '1',
      PIPEWRIGHT_DIST: join(folder, 'dist'),
    };
    await execute(process.execPath, [join(root, 'scripts/build.mjs'), '--bundle'], { env });
    const packed = join(folder, 'pipewright');
    mkdirSync(packed);
    for (const name of ['bin', 'package.json', 'examples']) {
      await execute('cp', ['-r', join(root, name), packed]);
    }
    await execute('cp', ['-r', join(folder, 'dist'), packed]);
    symlinkSync(join(root, 'node_modules'), join(packed, 'node_modules'));

    const launcher = join(packed, 'bin/pipewright.mjs');
    const run = (...args: string[]) => execute(process.execPath, [launcher, ...args], { env });
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect((await run('--version')).stdout.trim()).toBe(version);
    expect(existsSync(join(packed, 'src'))).toBe(false);
    expect(readdirSync(join(packed, 'dist', 'models')).toSorted()).toEqual(['LICENSE.txt', 'NOTICE']);
    const summary = join(folder, 'summary.json');
    await run('demo', '--once', '--summary', summary);
    const { executions } = JSON.parse(readFileSync(summary, 'utf8')) as { executions: { status: string }[] };
    expect(executions.map(({ status }) => status)).toEqual(['Succeeded', 'Failed']);
  } finally {
    await database.drop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}, 240_000);
