import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openDatabase } from '../../src/kernel/database/open.ts';
import type { Database, Dialect } from '../../src/kernel/database/port.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { openTestKernel, type TestKernel, type TestKernelOptions } from '../support/test-kernel.ts';
import { wantedDatabase } from '../support/wanted-database.ts';

/** A place for one database, in which several "processes" may open it. */
export interface DatabasePlace {
  readonly dialect: Dialect;
  /** Opens it; several times only where the dialect allows several processes. */
  open(): Promise<Database>;
  /** A whole kernel on it; `dataDir` stays the same over several openings. */
  openKernel(options?: TestKernelOptions): Promise<TestKernel>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs a suite on SQLite and on PostgreSQL, or on the one that this run of the tests is for. */
export function describeEachDatabase(
  name: string,
  suite: (newPlace: () => Promise<DatabasePlace>, dialect: Dialect) => void,
): void {
  const wanted = wantedDatabase();
  if (wanted !== 'postgres') {
    describe(`${name} on SQLite`, () => {
      suite(sqlitePlace, 'sqlite');
    });
  }
  if (wanted !== 'sqlite') {
    describe(`${name} on PostgreSQL`, () => {
      suite(postgresPlace, 'postgres');
    });
  }
}

async function sqlitePlace(): Promise<DatabasePlace> {
  const dir = mkdtempSync(join(tmpdir(), 'pipewright-db-'));
  return place('sqlite', dir, join(dir, 'pipewright.db'), {}, async () => {});
}

async function postgresPlace(): Promise<DatabasePlace> {
  const dir = mkdtempSync(join(tmpdir(), 'pipewright-db-'));
  const database = await createTestDatabase();
  return place('postgres', dir, database.url, { databaseUrl: database.url }, database.drop);
}

function place(
  dialect: Dialect,
  dir: string,
  location: string,
  kernelOptions: TestKernelOptions,
  drop: () => Promise<void>,
): DatabasePlace {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  return {
    dialect,
    open: async () => keep(await openDatabase(location)),
    openKernel: async (options = {}) =>
      keep(await openTestKernel({ dataDir: dir, ...kernelOptions, ...options })),
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one.close();
      await drop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
