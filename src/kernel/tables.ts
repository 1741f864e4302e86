import type { Migration } from './database/port.ts';

/** The kernel's own tables. */
export const kernelMigrations: readonly Migration[] = [
  {
    id: '0001-kernel-tables',
    async up(tx) {
      await tx.execute(`create table aggregates (
        account text not null, region text not null, kind text not null, id text not null,
        sequence bigint not null, schema_version integer not null, state text not null, updated_at bigint not null,
        primary key (account, region, kind, id))`);
      await tx.execute(`create table history (
        account text not null, region text not null, kind text not null, id text not null,
        sequence bigint not null, n integer not null, at bigint not null, event text not null,
        primary key (account, region, kind, id, sequence, n))`);
      await tx.execute('create index history_by_age on history (at)');
      await tx.execute(`create table inbox (
        account text not null, region text not null, kind text not null, id text not null,
        input_id text not null, at bigint not null,
        primary key (account, region, kind, id, input_id))`);
      await tx.execute('create index inbox_by_age on inbox (at)');
      await tx.execute(`create table outbox (
        id text not null primary key, account text not null, region text not null, origin text not null,
        position bigint not null, at bigint not null, event text not null)`);
      await tx.execute('create index outbox_in_order on outbox (position)');
      await tx.execute(`create table tasks (
        id text not null primary key, account text not null, region text not null,
        kind text not null, task_key text not null, payload text not null,
        run_at bigint not null, position bigint not null, attempt integer not null, epoch integer not null,
        lease_owner text not null, lease_until bigint not null)`);
      await tx.execute('create unique index tasks_by_key on tasks (account, region, task_key)');
      await tx.execute('create index tasks_due on tasks (run_at, position)');
      await tx.execute('create index tasks_leased on tasks (lease_owner)');
    },
  },
];
