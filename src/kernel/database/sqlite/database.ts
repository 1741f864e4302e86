import { EventEmitter } from 'node:events';
import { chmodSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { type CommitConnection, Committer } from '../committer.ts';
import { applyMigrations } from '../migrate.ts';
import { createLocalNotifier } from '../notifier.ts';
import type { Database, Migration, Reader, SqlValue } from '../port.ts';
import { openSqlite, type SqliteConnection } from './connection.ts';

/** The embedded default: one file, WAL, every commit on disk before it is acknowledged. */
export function openSqliteDatabase(file: string): Database {
  const writer = openSqlite(file, 'write');
  chmodSync(file, 0o600);
  let reader: SqliteConnection | undefined;
  const readConnection = () => (reader ??= openSqlite(file, 'read'));
  const committer = new Committer(commitConnection(writer));
  const notifier = createLocalNotifier();
  const held = new Set<string>();
  const released = new EventEmitter();
  const read = readerOf(readConnection);
  return {
    dialect: 'sqlite',
    read,
    transaction: (work) => committer.transaction(work),
    migrate: (migrations: readonly Migration[]) => applyMigrations(committer, migrations),
    notify: (tx, channel, payload) => tx.afterCommit(() => notifier.deliver(channel, payload)),
    listen: notifier.listen,
    // The file belongs to one process: whoever is alive is in this set.
    async hold(name) {
      held.add(name);
      return {
        async release() {
          held.delete(name);
          released.emit(name);
        },
      };
    },
    isHeld: async (name) => held.has(name),
    whenReleased: (name, signal) =>
      new Promise((resolve) => {
        if (!held.has(name) || signal.aborted) resolve();
        else {
          const done = () => {
            released.off(name, done);
            signal.removeEventListener('abort', done);
            resolve();
          };
          released.on(name, done);
          signal.addEventListener('abort', done);
        }
      }),
    async snapshot(work) {
      const picture = openSqlite(file, 'read');
      try {
        picture.runNow('begin');
        // The picture is taken by the first look at it.
        picture.runNow('select count(*) from sqlite_master');
        return await work(readerOf(() => picture));
      } finally {
        picture.handle.close();
      }
    },
    async close() {
      await committer.close();
      if (writer.handle.open) writer.handle.close();
      if (reader?.handle.open) reader.handle.close();
    },
  };
}

function readerOf(connection: () => SqliteConnection): Reader {
  return {
    dialect: 'sqlite',
    tables: <T>() => connection().kysely as Kysely<T>,
    query: async <R>(sql: string, values: readonly SqlValue[] = []) =>
      connection().runNow(sql, values).rows as R[],
  };
}

function commitConnection(connection: SqliteConnection): CommitConnection {
  const step = (sql: string) => async () => {
    connection.runNow(sql);
  };
  return {
    ...connection,
    get touched() {
      return connection.writes();
    },
    begin: step('begin immediate'),
    commit: step('commit'),
    async rollback() {
      if (connection.handle.inTransaction) connection.runNow('rollback');
    },
    savepoint: step('savepoint job'),
    releaseSavepoint: step('release job'),
    async rollbackToSavepoint() {
      connection.runNow('rollback to job');
      connection.runNow('release job');
    },
    isTransient: () => false,
    // Some failures (disk full, out of memory) make SQLite end the whole transaction by itself.
    isBroken: () => !connection.handle.inTransaction,
  };
}
