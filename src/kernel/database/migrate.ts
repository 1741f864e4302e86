import type { Migration, Tx } from './port.ts';

interface Transactor {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** The database was written by a newer Pipewright: going on would lose what this one does not know. */
export class NewerDatabaseError extends Error {
  constructor(unknown: readonly string[]) {
    super(
      `This database was made by a newer version (it has ${unknown.join(', ')}). ` +
        'Start that version, or restore a backup made by this one.',
    );
    this.name = 'NewerDatabaseError';
  }
}

/** Where a database keeps which steps it has taken. */
export async function createMigrationsTable(tx: Tx): Promise<void> {
  await tx.execute(
    'create table if not exists schema_migrations (id text not null primary key, applied_at bigint not null)',
  );
}

/** Applies what is missing in order of id, each step in a transaction of its own. */
export async function applyMigrations(database: Transactor, migrations: readonly Migration[]): Promise<void> {
  const ordered = migrations.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const applied = await database.transaction(async (tx) => {
    await createMigrationsTable(tx);
    return new Set((await tx.query<{ id: string }>('select id from schema_migrations')).map((row) => row.id));
  });
  const known = new Set(ordered.map((migration) => migration.id));
  const unknown = [...applied].filter((id) => !known.has(id));
  if (unknown.length > 0) throw new NewerDatabaseError(unknown);
  for (const migration of ordered) {
    if (applied.has(migration.id)) continue;
    await database.transaction(async (tx) => {
      await migration.up(tx);
      await tx.execute('insert into schema_migrations (id, applied_at) values (?, ?)', [
        migration.id,
        Date.now(),
      ]);
    });
  }
}
