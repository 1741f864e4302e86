import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testkit/support/test-database.ts';

const CHILD = join(import.meta.dirname, '../../../testkit/codepipeline/crash-child.ts');

describe.each(['sqlite', 'postgres'] as const)('killed at every failpoint on %s', (dialect) => {
  test('nothing is lost and nothing is doubled', async () => {
    const record = join(await mkdtemp(join(tmpdir(), 'pipewright-record-')), 'hits');
    const undisturbed = await inPlace(dialect, (place) =>
      live(place, { PIPEWRIGHT_FAILPOINTS_RECORD: record }),
    );
    expect(undisturbed.signal).toBeNull();
    const expected: unknown = JSON.parse(undisturbed.out);
    const hits = readFileSync(record, 'utf8').trim().split('\n');
    const names = [...new Set(hits)];
    expect(names).toContain('codepipeline.execution:reply:before-commit');
    expect(names).toContain('task:codepipeline.start-action:done');
    expect(names).toContain('codepipeline.execution:waiting:before-commit');
    expect(names).toContain('task:codepipeline.next-turn:done');
    for (const name of names) {
      await inPlace(dialect, async (place) => {
        const killed = await live(place, { PIPEWRIGHT_FAILPOINT: name });
        // Whether somebody has to wait at all is a matter of luck; everything else happens in every life.
        const signals = name.includes('pick') ? ['SIGKILL', null] : ['SIGKILL'];
        expect(signals, `${name} ${killed.err}`).toContain(killed.signal);
        const after = await live(place, {});
        expect(after, name).toMatchObject({ signal: null });
        expect(JSON.parse(after.out), name).toEqual(expected);
      });
    }
  });
});

interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

async function inPlace<T>(dialect: 'sqlite' | 'postgres', work: (place: Place) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pipewright-crash-'));
  const database = dialect === 'postgres' ? await createTestDatabase() : undefined;
  try {
    return await work({ dataDir, databaseUrl: database?.url });
  } finally {
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** One life of the process, until it ends or is killed. */
function live(
  place: Place,
  env: Readonly<Record<string, string>>,
): Promise<{ signal: NodeJS.Signals | null; out: string; err: string }> {
  const args = [
    '--trace-deprecation',
    CHILD,
    place.dataDir,
    ...(place.databaseUrl === undefined ? [] : [place.databaseUrl]),
  ];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', (_, signal) => resolve({ signal, out, err }));
  });
}
