import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listTables } from '../../src/kernel/database/catalog.ts';
import { openDatabase } from '../../src/kernel/database/open.ts';
import { writeBackup } from '../../src/server/backup/write-backup.ts';
import { houseMigrations } from '../../src/server/migrations.ts';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';

const launcher = join(import.meta.dirname, '../../bin/pipewright.mjs');
const POINTS = ['restore:staged', 'restore:loaded', 'restore:placed', 'restore:committed'] as const;

let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-restore-'));
  file = join(folder, 'backup.tgz');
  const dataDir = join(folder, 'source');
  mkdirSync(join(dataDir, 'git/1/r/a.git'), { recursive: true });
  writeFileSync(join(dataDir, 'git/1/r/a.git/HEAD'), 'ref: refs/heads/main\n');
  const database = await openDatabase(join(dataDir, 'pipewright.db'));
  await database.migrate(houseMigrations);
  await writeBackup({ dataDir, database, now: 0 }, file);
  await database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

function pipewright(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const inherited = { PATH: process.env['PATH'] ?? '', HOME: folder };
  return new Promise<{ signal: string | null; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [launcher, ...args],
      { env: { ...inherited, ...env }, timeout: 600_000 },
      (error, _out, err) => resolve({ signal: error?.signal ?? null, err }),
    );
  });
}

describe.each(['sqlite', 'postgres'] as const)('a restore on %s that is killed', (dialect) => {
  test.each(POINTS)('at %s is not served, and can be done again', async (point) => {
    const database = await openWantedDatabase(dialect);
    const dataDir = join(folder, `${dialect}-${point.split(':')[1]}`);
    const flags = database.url === undefined ? [] : ['--database-url', database.url];
    const restore = ['restore', file, '--data', dataDir, ...flags];
    try {
      expect((await pipewright(restore, { PIPEWRIGHT_FAILPOINT: point })).signal).toBe('SIGKILL');
      const up = await pipewright(['up', '--data', dataDir, '--port', '0', ...flags]);
      expect(up.err).toMatch(/was cut short. Remove the folder/);
      expect((await pipewright(restore)).err).toMatch(/remains of a restore that was cut short/);
      // The rows are there as a whole or not at all.
      if (database.url !== undefined) {
        const opened = await openDatabase(database.url);
        const tables = await listTables(opened.read);
        await opened.close();
        expect(tables.length === 0).toBe(point !== 'restore:committed');
      }
      rmSync(dataDir, { recursive: true });
      if (database.url !== undefined && point === 'restore:committed') {
        expect((await pipewright(restore)).err).toMatch(/database is not empty/);
        expect(existsSync(dataDir)).toBe(false);
        return;
      }
      expect(await pipewright(restore)).toEqual({ signal: null, err: '' });
      expect(readdirSync(dataDir)).toContain('git');
    } finally {
      await database.drop();
    }
  });
});
