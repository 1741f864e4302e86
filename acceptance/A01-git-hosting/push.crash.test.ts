import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../testkit/support/test-database.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');
const MOVED = 'codecommit:refs-moved:before-announce';

describe.each(['sqlite', 'postgres'] as const)('A1.12 a push killed at every failpoint on %s', (dialect) => {
  it('tells every move of a ref to the bus, once, with who made it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipewright-record-'));
    const record = join(folder, 'hits');
    const whole = await inPlace(dialect, (place) => live(place, { PIPEWRIGHT_FAILPOINTS_RECORD: record }));
    expect([whole.signal, whole.err]).toEqual([null, '']);
    const expected = JSON.parse(whole.out) as string[];
    expect(expected.map((each) => JSON.parse(each) as object)).toMatchObject([
      { event: 'referenceCreated', referenceName: 'made/by-api' },
      { event: 'referenceCreated', referenceName: 'main' },
      { event: 'referenceCreated', referenceName: 'v1' },
      { event: 'referenceUpdated', referenceName: 'main' },
    ]);
    const hits = readFileSync(record, 'utf8').trim().split('\n');
    const moves = hits.filter((name) => name === MOVED);
    expect(moves).toHaveLength(3);
    const points = [
      ...new Set(hits.filter((name) => name !== MOVED)),
      ...moves.map((name, n) => `${name}#${n + 1}`),
    ];
    for (const point of points) {
      await inPlace(dialect, async (place) => {
        const killed = await live(place, { PIPEWRIGHT_FAILPOINT: point });
        expect([point, killed.signal]).toEqual([point, 'SIGKILL']);
        const after = await live(place, {});
        expect([point, after.signal, after.err]).toEqual([point, null, '']);
        expect([point, JSON.parse(after.out)]).toEqual([point, expected]);
      });
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
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
  const args = [CHILD, place.dataDir, ...(place.databaseUrl === undefined ? [] : [place.databaseUrl])];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => {
    child.once('close', (_code, signal) => resolve({ signal, out, err }));
  });
}
