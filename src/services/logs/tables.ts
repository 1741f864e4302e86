import type { Migration } from '../../kernel/database/port.ts';

export interface GroupRow {
  readonly name: string;
  readonly created_at: number;
  /** Null keeps events for ever. */
  readonly retention_days: number | null;
  readonly kms_key_id: string | null;
  readonly class: string;
}

export interface StreamRow {
  readonly group_name: string;
  readonly name: string;
  /** Id of the kernel's log stream. New whenever the stream is created anew. */
  readonly id: string;
  readonly created_at: number;
}

export const logsMigrations: readonly Migration[] = [
  {
    id: '0501-logs-groups-and-streams',
    async up(tx) {
      await tx.execute(`create table log_groups (
        account text not null, region text not null, name text not null, created_at bigint not null,
        retention_days integer, kms_key_id text, class text not null, tags text not null,
        primary key (account, region, name))`);
      await tx.execute(`create table log_streams (
        account text not null, region text not null, group_name text not null, name text not null,
        id text not null, created_at bigint not null,
        primary key (account, region, group_name, name))`);
    },
  },
];
