import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/kernel/database/open.ts';
import type { Dialect } from '../../src/kernel/database/port.ts';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');
const DIALECTS: readonly Dialect[] = ['sqlite', 'postgres'];

async function openPlace(dialect: Dialect) {
  const dataDir = await mkdtemp(join(tmpdir(), 'pipewright-audit-'));
  const database = await openWantedDatabase(dialect);
  const location = database.url ?? join(dataDir, 'pipewright.db');
  return {
    /** Answers the signal that ended it, or what it said. */
    ask(what: string, failpoint?: string): Promise<string> {
      const args = [CHILD, what, dataDir, ...(database.url === undefined ? [] : [database.url])];
      const child = spawn(process.execPath, args, {
        env: {
          PATH: process.env['PATH'],
          HOME: dataDir,
          ...(failpoint === undefined ? {} : { PIPEWRIGHT_FAILPOINT: failpoint }),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      return new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal ?? said)));
    },
    async rows(sql: string) {
      const opened = await openDatabase(location);
      try {
        return await opened.read.query(sql);
      } finally {
        await opened.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

const AUDIT = 'select operation, outcome from audit order by at';

test.each(DIALECTS)(
  'on %s nothing is done without an audit row, and none is of what was not done',
  async (dialect) => {
    await using place = await openPlace(dialect);
    const BUCKETS = 'select name from s3_buckets';
    expect(await place.ask('bucket', 'door:begun')).toBe('SIGKILL');
    expect(await place.rows(BUCKETS)).toEqual([]);
    expect(await place.rows(AUDIT)).toEqual([]);
    expect(await place.ask('bucket', 'door:acted')).toBe('SIGKILL');
    expect(await place.rows(BUCKETS)).toEqual([{ name: 'asked-for' }]);
    expect(await place.rows(AUDIT)).toEqual([{ operation: 'CreateBucket', outcome: 'begun' }]);
  },
);

test.each(DIALECTS)('on %s what acts on git has its row before', async (dialect) => {
  await using place = await openPlace(dialect);
  expect(await place.ask('repository')).toBe('done');
  expect(await place.ask('file', 'codecommit:refs-moved:before-announce')).toBe('SIGKILL');
  expect(await place.rows(AUDIT)).toEqual([
    { operation: 'CreateRepository', outcome: 'ok' },
    { operation: 'PutFile', outcome: 'begun' },
  ]);
});
