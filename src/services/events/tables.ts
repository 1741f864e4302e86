import type { Migration } from '../../kernel/database/port.ts';

/** The default bus has a row only once something was set on it. */
export interface BusRow {
  account: string;
  region: string;
  name: string;
  description: string | null;
  /** Resource policy, JSON. */
  policy: string | null;
  created_at: number;
  updated_at: number;
}

export interface RuleRow {
  account: string;
  region: string;
  bus: string;
  name: string;
  pattern: string | null;
  schedule: string | null;
  state: 'ENABLED' | 'DISABLED';
  description: string | null;
  role_arn: string | null;
  created_by: string;
  /** Domain milliseconds from which a rate counts. */
  schedule_from: number;
  /** New with each change: a timer set for an older one does nothing. */
  stamp: string;
}

export interface TargetRow {
  account: string;
  region: string;
  bus: string;
  rule: string;
  id: string;
  target_arn: string;
  /** The API's `Target`, JSON. */
  target: string;
}

/** A delivery that failed for good: the dead letter. */
export interface FailureRow {
  id: string;
  account: string;
  region: string;
  at: number;
  rule_arn: string;
  target_arn: string;
  event_id: string;
  attempts: number;
  error: string;
  event: string;
}

export interface EventsTables {
  events_buses: BusRow;
  events_rules: RuleRow;
  events_targets: TargetRow;
  events_failures: FailureRow;
}

export const eventsMigrations: readonly Migration[] = [
  {
    id: '0401-events-rules',
    async up(tx) {
      await tx.execute(`create table events_buses (
        account text not null, region text not null, name text not null, description text, policy text,
        created_at bigint not null, updated_at bigint not null,
        primary key (account, region, name))`);
      await tx.execute(`create table events_rules (
        account text not null, region text not null, bus text not null, name text not null,
        pattern text, schedule text, state text not null, description text, role_arn text,
        created_by text not null, schedule_from bigint not null, stamp text not null,
        primary key (account, region, bus, name))`);
      await tx.execute(`create table events_targets (
        account text not null, region text not null, bus text not null, rule text not null, id text not null,
        target_arn text not null, target text not null,
        primary key (account, region, bus, rule, id))`);
      await tx.execute(
        'create index events_targets_by_arn on events_targets (account, region, bus, target_arn)',
      );
      await tx.execute(`create table events_tags (
        account text not null, region text not null, arn text not null, tag_key text not null,
        tag_value text not null, primary key (account, region, arn, tag_key))`);
      // Changes whenever rules or targets of the scope do, so that compiled rules are never stale.
      await tx.execute(`create table events_rule_sets (
        account text not null, region text not null, version text not null, primary key (account, region))`);
      await tx.execute(`create table events_failures (
        id text not null primary key, account text not null, region text not null, at bigint not null,
        rule_arn text not null, target_arn text not null, event_id text not null, attempts integer not null,
        error text not null, event text not null)`);
      await tx.execute('create index events_failures_by_age on events_failures (account, region, at)');
    },
  },
];
