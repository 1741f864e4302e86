import type { Migration } from '../../kernel/database/port.ts';

/** Times are domain milliseconds; `tags`, `definition`, `revision` are JSON. */
export const codeDeployMigrations: readonly Migration[] = [
  {
    id: '0801-codedeploy-tables',
    async up(tx) {
      const scoped = 'account text not null, region text not null';
      await tx.execute(`create table codedeploy_applications (${scoped},
        name text not null, id text not null, tags text not null, created_at bigint not null,
        primary key (account, region, name))`);
      await tx.execute(`create table codedeploy_groups (${scoped},
        application text not null, name text not null, id text not null, definition text not null,
        tags text not null, active_deployment text, created_at bigint not null,
        primary key (account, region, application, name))`);
      await tx.execute(
        'create unique index codedeploy_groups_by_id on codedeploy_groups (account, region, id)',
      );
      await tx.execute(`create table codedeploy_configs (${scoped},
        name text not null, id text not null, minimum_type text not null, minimum_value integer not null,
        created_at bigint not null, primary key (account, region, name))`);
      await tx.execute(`create table codedeploy_revisions (${scoped},
        application text not null, revision_key text not null, revision text not null, description text not null,
        registered_at bigint not null, first_used_at bigint, last_used_at bigint,
        primary key (account, region, application, revision_key))`);
      await tx.execute(`create table codedeploy_instances (${scoped},
        name text not null, arn text not null, iam_user_arn text, iam_session_arn text,
        tags text not null, agent_tags text not null, registered_at bigint not null, deregistered_at bigint,
        epoch integer not null, session_at bigint, last_seen bigint, protocol integer, root text,
        primary key (account, region, name))`);
      await tx.execute(`create table codedeploy_host_revisions (${scoped},
        group_id text not null, host text not null, revision_key text not null, deployment_id text not null,
        healthy integer not null, lost integer not null, primary key (account, region, group_id, host))`);
      await tx.execute(`create table codedeploy_deployments (${scoped},
        id text not null, application text not null, group_name text not null, group_id text not null,
        status text not null, revision text not null, created_at bigint not null, completed_at bigint,
        primary key (account, region, id))`);
      await tx.execute(
        'create index codedeploy_deployments_by_age on codedeploy_deployments (account, region, created_at, id)',
      );
      await tx.execute(
        'create index codedeploy_deployments_by_group on codedeploy_deployments (account, region, group_id, created_at)',
      );
      await tx.execute(`create table codedeploy_targets (${scoped},
        deployment_id text not null, host text not null, status text not null, command text not null,
        queued_at bigint not null, epoch integer not null, last_sequence integer not null, stop_reason text,
        primary key (account, region, deployment_id, host))`);
      await tx.execute(
        'create index codedeploy_targets_by_host on codedeploy_targets (account, region, host, command, queued_at)',
      );
    },
  },
  {
    id: '0802-codedeploy-host-identity',
    async up(tx) {
      // Wall milliseconds: these are about security. `used_by` is the hash of the key that a token was exchanged for.
      await tx.execute(`create table codedeploy_join_tokens (account text not null, region text not null,
        token_hash text not null, name text not null, expires_at bigint not null, used_by text not null,
        primary key (token_hash))`);
      await tx.execute('create index codedeploy_join_tokens_by_age on codedeploy_join_tokens (expires_at)');
      // One key for each host, and the one before it while its successor may not have arrived.
      await tx.execute(`create table codedeploy_host_keys (account text not null, region text not null,
        name text not null, key_hash text not null, previous_hash text not null, expires_at bigint not null,
        primary key (account, region, name))`);
      await tx.execute('create unique index codedeploy_host_keys_by_hash on codedeploy_host_keys (key_hash)');
    },
  },
];
