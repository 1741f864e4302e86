import type { Migration } from '../../kernel/database/port.ts';

/** What was done, by whom, to what. No bodies, no secrets. */
export interface AuditRow {
  readonly account: string;
  readonly region: string;
  /** Domain milliseconds. */
  readonly at: number;
  readonly request_id: string;
  readonly principal: string;
  readonly access_key_id: string;
  readonly service: string;
  readonly operation: string;
  /** `begun` until it is over, then `ok`, the code of the error that was answered, or `ClientGone` when nobody was there to hear it. */
  readonly outcome: string;
  /** ARNs as a JSON list. */
  readonly resources: string;
}

/** Tables of the door. */
export const wireMigrations: readonly Migration[] = [
  {
    id: '0011-wire-tables',
    async up(tx) {
      await tx.execute(`create table audit (
        account text not null, region text not null, at bigint not null, request_id text not null,
        principal text not null, access_key_id text not null, service text not null, operation text not null,
        outcome text not null, resources text not null,
        primary key (account, region, at, request_id))`);
      await tx.execute('create index audit_by_age on audit (at)');
      await tx.execute(`create table answered_requests (
        account text not null, region text not null, id text not null, at bigint not null, answer text not null,
        primary key (account, region, id))`);
      await tx.execute('create index answered_requests_by_age on answered_requests (at)');
    },
  },
];
