import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testkit/support/test-database.ts';
import { listTables } from '../../kernel/database/catalog.ts';
import { openDatabase } from '../../kernel/database/open.ts';
import type { Database, Dialect, SqlValue } from '../../kernel/database/port.ts';
import { beginBackup } from '../../kernel/keeping.ts';
import { refuseUnfinishedRestore } from '../data-folder.ts';
import { houseMigrations } from '../migrations.ts';
import { restoreBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

const execute = promisify(execFile);
const DIALECTS: readonly Dialect[] = ['sqlite', 'postgres'];
const HISTORY = 'account, region, kind, id, sequence, n, at, event';

let folder: string;
let count = 0;
const newPath = (name: string) => join(folder, `${++count}-${name}`);
const backups = new Map<Dialect, string>();
const rowsThen = new Map<Dialect, unknown>();

async function place(dialect: Dialect) {
  const dir = newPath('data');
  if (dialect === 'sqlite')
    return { dir, location: join(dir, 'pipewright.db'), url: {}, drop: async () => {} };
  const { url, drop } = await createTestDatabase();
  return { dir, location: url, url: { databaseUrl: url }, drop };
}

/** Rows of every kind: many, large, with nulls, with text that no encoding may touch. */
async function fill(database: Database): Promise<void> {
  await database.migrate(houseMigrations);
  await database.transaction(async (tx) => {
    for (let n = 0; n < 2500; n++) {
      const event = n % 500 === 0 ? 'x'.repeat(300_000) : `"${n}"\n\u2028 ü 🚀 ?`;
      await tx.execute(`insert into history (${HISTORY}) values ('1', 'r', 'k', ?, ?, 0, ?, ?)`, [
        n % 2 === 0 ? 'Zebra' : 'ähre',
        n,
        1_790_000_000_000 + n,
        event,
      ]);
    }
    await tx.execute(
      "insert into log_groups (account, region, name, created_at, retention_days, kms_key_id, class, tags) values ('1', 'r', 'g', ?, null, null, '', '{}')",
      [Number.MAX_SAFE_INTEGER],
    );
  });
}

async function everything(database: Database): Promise<unknown> {
  const all: Record<string, unknown> = {};
  for (const { name, key } of await listTables(database.read))
    all[name] = await database.read.query<Record<string, SqlValue>>(
      `select * from "${name}" order by ${key.map((column) => `"${column}"`).join(', ')}`,
    );
  return all;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-backup-'));
  for (const dialect of DIALECTS) {
    const from = await place(dialect);
    mkdirSync(join(from.dir, 'git/1/r/abc.git/refs/heads'), { recursive: true });
    mkdirSync(join(from.dir, 'blobs/.unfinished'), { recursive: true });
    mkdirSync(join(from.dir, 'keys'), { recursive: true });
    writeFileSync(join(from.dir, 'git/1/r/abc.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(from.dir, 'git/1/r/abc.git/index.lock'), '');
    writeFileSync(join(from.dir, 'git/1/r/abc.git/a-script'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(from.dir, 'blobs/.unfinished/half'), 'half');
    writeFileSync(join(from.dir, 'keys/master.key'), 'secret');
    const database = await openDatabase(from.location);
    await fill(database);
    const file = newPath('backup.tgz');
    await writeBackup({ dataDir: from.dir, database, now: 0 }, file);
    rowsThen.set(dialect, await everything(database));
    backups.set(dialect, file);
    await database.close();
    await from.drop();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

describe.each(DIALECTS)('a backup of %s', (source) => {
  test.each(DIALECTS)('is restored on %s, row by row', async (target) => {
    const to = await place(target);
    const file = backups.get(source) as string;
    // An empty folder may be there already, a volume for example.
    if (source === 'postgres') mkdirSync(to.dir);
    const manifest = await restoreBackup({ file, dataDir: to.dir, ...to.url });
    expect(manifest).toMatchObject({ dialect: source, createdAt: '1970-01-01T00:00:00.000Z' });
    const own = target === 'sqlite' ? ['pipewright.db'] : [];
    expect(readdirSync(to.dir).toSorted()).toEqual(['git', ...own, 'server.lock']);
    const database = await openDatabase(to.location);
    expect(await everything(database)).toEqual(rowsThen.get(source));
    await database.migrate(houseMigrations);
    await database.close();
    await to.drop();
    expect(readdirSync(join(to.dir, 'git/1/r/abc.git')).toSorted()).toEqual(['HEAD', 'a-script', 'refs']);
    expect(readdirSync(join(to.dir, 'git/1/r/abc.git/refs'))).toEqual(['heads']);
    expect(statSync(join(to.dir, 'git/1/r/abc.git/a-script')).mode & 0o777).toBe(0o755);
  });
});

// Each case restores twice, on PostgreSQL into a database of its own.
describe.each(DIALECTS)(
  'what cannot be restored on %s leaves everything as it was:',
  { timeout: 300_000 },
  (target) => {
    const expectRefused = async (file: string, message: RegExp, more: { readonly keys?: string } = {}) => {
      const to = await place(target);
      await expect(restoreBackup({ file, dataDir: to.dir, ...to.url, ...more })).rejects.toThrow(message);
      expect(existsSync(to.dir)).toBe(false);
      mkdirSync(to.dir);
      await expect(restoreBackup({ file, dataDir: to.dir, ...to.url, ...more })).rejects.toThrow(message);
      expect(readdirSync(to.dir)).toEqual([]);
      if (target === 'postgres') {
        const database = await openDatabase(to.location);
        expect(await listTables(database.read)).toEqual([]);
        await database.close();
      }
      await to.drop();
    };
    const changed = async (change: (bytes: Buffer) => Buffer) => {
      const file = newPath('changed.tgz');
      writeFileSync(file, change(readFileSync(backups.get('sqlite') as string)));
      return file;
    };
    const edited = async (edit: (dir: string) => void) => {
      const [dir, file] = [newPath('edited'), newPath('edited.tgz')];
      mkdirSync(dir);
      await execute('tar', ['-xzf', backups.get('sqlite') as string, '-C', dir]);
      edit(dir);
      await execute('tar', ['-czf', file, '-C', dir, ...readdirSync(dir)]);
      return file;
    };
    const editManifest = (change: object) => (dir: string) => {
      const path = join(dir, 'manifest.json');
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
      writeFileSync(path, JSON.stringify({ ...manifest, ...change }));
    };

    test('a damaged one', async () => {
      for (const part of [0.1, 0.5, 0.9])
        await expectRefused(
          await changed((bytes) => {
            const at = Math.floor(bytes.length * part);
            bytes.writeUInt8(bytes.readUInt8(at) ^ 0x5a, at);
            return bytes;
          }),
          /damaged|cut off|cannot be restored/,
        );
    });

    test('one that is cut off, wherever', async () => {
      for (const part of [0, 0.01, 0.5, 0.99])
        await expectRefused(
          await changed((bytes) => bytes.subarray(0, Math.floor(bytes.length * part))),
          /cut off|no backup/,
        );
      await expectRefused(await changed((bytes) => bytes.subarray(0, bytes.length - 4)), /cut off/);
      await expectRefused(
        await edited((dir) => rmSync(join(dir, 'end.json'))),
        /cut off: its last entry is missing/,
      );
    });

    test('one that lacks rows or files', async () => {
      const pieces = (dir: string) => join(dir, 'database/history');
      await expectRefused(
        await edited((dir) => rmSync(join(pieces(dir), '000001.jsonl'))),
        /of the table history \d+ rows are left of 2500/,
      );
      await expectRefused(
        await edited((dir) => rmSync(join(dir, 'git/1/r/abc.git/HEAD'))),
        /1 files are left of 2/,
      );
      await expectRefused(
        await edited((dir) => writeFileSync(join(pieces(dir), '000001.jsonl'), '["other"]\n["x"]\n')),
        /columns of the table history/,
      );
      await expectRefused(
        await edited((dir) => cpSync(pieces(dir), join(dir, 'database/strange'), { recursive: true })),
        /a table strange/,
      );
    });

    test('one of another format, of a newer version, or with what no backup holds', async () => {
      await expectRefused(
        await edited(editManifest({ format: 3, version: '9.0.0' })),
        /format is 3.*written by 9\.0\.0/,
      );
      await expectRefused(
        await edited(
          editManifest({ version: '9.0.0', migrations: ['0001-kernel-tables', '9999-of-the-future'] }),
        ),
        /newer version, 9\.0\.0 \(it has 9999-of-the-future\)/,
      );
      await expectRefused(await edited((dir) => mkdirSync(join(dir, 'keys'))), /it holds "keys"/);
      const other = newPath('other.tgz');
      await execute('tar', ['-czf', other, '-C', import.meta.dirname, 'manifest.ts']);
      await expectRefused(other, /no backup of Pipewright/);
    });

    test('one whose keys are not there', async () => {
      await expectRefused(backups.get('sqlite') as string, /no master keys in/, { keys: folder });
    });

    test('one for a folder or a database that is in use', async () => {
      const file = backups.get('sqlite') as string;
      const to = await place(target);
      mkdirSync(to.dir);
      writeFileSync(join(to.dir, 'mine'), 'mine');
      await expect(restoreBackup({ file, dataDir: to.dir, ...to.url })).rejects.toThrow(
        /is not empty; restore into/,
      );
      expect(readdirSync(to.dir)).toEqual(['mine']);
      rmSync(join(to.dir, 'mine'));
      if (target === 'postgres') {
        const database = await openDatabase(to.location);
        await database.migrate(houseMigrations.slice(0, 1));
        await expect(restoreBackup({ file, dataDir: to.dir, ...to.url })).rejects.toThrow(
          /database is not empty .*make a new one/,
        );
        expect(readdirSync(to.dir)).toEqual([]);
        await database.close();
      }
      await to.drop();
    });
  },
);

test('a restore that was cut short is not served and not restored over', async () => {
  const dataDir = newPath('cut-short');
  mkdirSync(join(dataDir, '.restoring'), { recursive: true });
  expect(() => refuseUnfinishedRestore(dataDir)).toThrow(/was cut short\. Remove the folder/);
  const file = backups.get('sqlite') as string;
  await expect(restoreBackup({ file, dataDir })).rejects.toThrow(/remains of a restore that was cut short/);
});

test.each(DIALECTS)('on %s one backup is written at a time', async (dialect) => {
  const from = await place(dialect);
  mkdirSync(from.dir, { recursive: true });
  const database = await openDatabase(from.location);
  await database.migrate(houseMigrations);
  const other = await beginBackup(database);
  const file = newPath('second.tgz');
  const write = () => writeBackup({ dataDir: from.dir, database, now: 0 }, file);
  await expect(write()).rejects.toThrow('Another backup is being written');
  await other?.end();
  const both = await Promise.all([beginBackup(database), beginBackup(database)]);
  expect(both.filter((one) => one !== undefined)).toHaveLength(1);
  await both.find((one) => one !== undefined)?.end();
  await write();
  expect(existsSync(file)).toBe(true);
  await database.close();
  await from.drop();
});
