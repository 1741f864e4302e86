import type { Migration } from '../kernel/database/port.ts';

/** The console's sign-in links and sessions. Tokens are kept as SHA-256 only; times are wall milliseconds. */
export const serverMigrations: readonly Migration[] = [
  {
    id: '0901-console-sessions',
    async up(tx) {
      await tx.execute(`create table console_links (
        token_hash text not null primary key, account text not null, expires_at bigint not null)`);
      await tx.execute(`create table console_sessions (
        token_hash text not null primary key, account text not null,
        created_at bigint not null, expires_at bigint not null)`);
    },
  },
  {
    id: '0902-servers',
    async up(tx) {
      // The processes of this database: who is alive holds its id.
      await tx.execute(`create table servers (
        id text not null primary key, folder text not null, endpoint text not null, started_at bigint not null)`);
    },
  },
  {
    id: '0903-console-principals',
    async up(tx) {
      // They said which account, not who: whoever has one signs in anew. `standing` is JSON.
      await tx.execute('drop table console_links');
      await tx.execute('drop table console_sessions');
      await tx.execute(`create table console_links (
        token_hash text not null primary key, account text not null, standing text not null,
        expires_at bigint not null)`);
      await tx.execute(`create table console_sessions (
        token_hash text not null primary key, account text not null, standing text not null,
        created_at bigint not null, expires_at bigint not null)`);
    },
  },
];
