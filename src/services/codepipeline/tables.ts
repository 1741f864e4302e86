import type { Migration } from '../../kernel/database/port.ts';

/** Rows of the room, all keyed by account and region. Times are domain milliseconds. */
export interface PipelineRow {
  account: string;
  region: string;
  name: string;
  /** A pipeline that is deleted and made again under its name is another one. */
  pipeline_id: string;
  version: number;
  pipeline_type: string;
  execution_mode: string;
  created_at: number;
  updated_at: number;
  /** The order of the execution started last. */
  last_order: number;
  tags: string;
}

export interface ExecutionRow {
  execution_id: string;
  pipeline_id: string;
  exec_order: number;
  version: number;
  mode: string;
  status: string;
  status_summary: string | null;
  trigger_type: string;
  trigger_detail: string;
  started_at: number;
  updated_at: number;
  stop_reason: string | null;
  superseded_by: string | null;
}

export interface ActionRow {
  action_execution_id: string;
  pipeline_id: string;
  execution_id: string;
  exec_order: number;
  /** Rises with every start of an action. */
  position: number;
  version: number;
  stage: string;
  action: string;
  attempt: number;
  status: string;
  type: string;
  started_at: number;
  updated_at: number;
  updated_by: string | null;
  /** 1 for the last attempt in its execution. */
  latest: number;
  approval: number;
  namespace: string | null;
  resolved: string | null;
  inputs: string | null;
  outputs: string | null;
  variables: string | null;
  external_id: string | null;
  external_url: string | null;
  summary: string | null;
  error_code: string | null;
  error_message: string | null;
}

export interface ArtifactRow {
  name: string;
  execution_id: string;
  action: string;
  bucket: string;
  object_key: string;
  revision_id: string | null;
  revision_summary: string | null;
  revision_url: string | null;
  change_identifier: string | null;
  created_at: number;
  is_source: number;
}

export const codePipelineMigrations: readonly Migration[] = [
  {
    id: '0701-codepipeline-tables',
    async up(tx) {
      const scope = 'account text not null, region text not null';
      await tx.execute(`create table codepipeline_pipelines (
        ${scope}, name text not null, pipeline_id text not null, version integer not null,
        pipeline_type text not null, execution_mode text not null,
        created_at bigint not null, updated_at bigint not null, last_order bigint not null, tags text not null,
        primary key (account, region, name))`);
      await tx.execute(
        'create unique index codepipeline_pipelines_by_id on codepipeline_pipelines (account, region, pipeline_id)',
      );
      await tx.execute(`create table codepipeline_definitions (
        ${scope}, pipeline_id text not null, version integer not null, definition text not null, at bigint not null,
        primary key (account, region, pipeline_id, version))`);
      await tx.execute(`create table codepipeline_executions (
        ${scope}, execution_id text not null, pipeline_id text not null, exec_order bigint not null,
        version integer not null, mode text not null, status text not null, status_summary text,
        trigger_type text not null, trigger_detail text not null,
        started_at bigint not null, updated_at bigint not null, stop_reason text, superseded_by text,
        primary key (account, region, execution_id))`);
      await tx.execute(`create unique index codepipeline_executions_in_order
        on codepipeline_executions (account, region, pipeline_id, exec_order)`);
      await tx.execute(`create table codepipeline_starts (
        ${scope}, execution_id text not null, variables text not null, revisions text not null,
        primary key (account, region, execution_id))`);
      await tx.execute(`create table codepipeline_tokens (
        ${scope}, pipeline_id text not null, token text not null, execution_id text not null, request text not null,
        at bigint not null, primary key (account, region, pipeline_id, token))`);
      await tx.execute(`create table codepipeline_waiters (
        ${scope}, pipeline_id text not null, stage text not null, exec_order bigint not null,
        execution_id text not null, mode text not null,
        primary key (account, region, pipeline_id, stage, exec_order))`);
      await tx.execute(`create table codepipeline_stages (
        ${scope}, pipeline_id text not null, stage text not null, exec_order bigint not null,
        execution_id text not null, status text not null, auto_retries integer not null,
        manual_retries integer not null, last_retry text,
        primary key (account, region, pipeline_id, stage, exec_order))`);
      await tx.execute(`create index codepipeline_stages_by_status
        on codepipeline_stages (account, region, pipeline_id, stage, status, exec_order)`);
    },
  },
  {
    id: '0702-codepipeline-actions',
    async up(tx) {
      const scope = 'account text not null, region text not null';
      await tx.execute(`create table codepipeline_actions (
        ${scope}, action_execution_id text not null, pipeline_id text not null, execution_id text not null,
        exec_order bigint not null, position bigint not null, version integer not null,
        stage text not null, action text not null, attempt integer not null, status text not null, type text not null,
        started_at bigint not null, updated_at bigint not null, updated_by text,
        latest integer not null, approval integer not null, namespace text, resolved text, inputs text, outputs text,
        variables text, external_id text, external_url text, summary text, error_code text, error_message text,
        primary key (account, region, action_execution_id))`);
      await tx.execute(`create index codepipeline_actions_in_order
        on codepipeline_actions (account, region, pipeline_id, position)`);
      await tx.execute(`create index codepipeline_actions_by_execution
        on codepipeline_actions (account, region, execution_id, stage, action)`);
      await tx.execute(`create table codepipeline_current_actions (
        ${scope}, pipeline_id text not null, stage text not null, action text not null,
        action_execution_id text not null, exec_order bigint not null,
        primary key (account, region, pipeline_id, stage, action))`);
      await tx.execute(`create table codepipeline_artifacts (
        ${scope}, execution_id text not null, name text not null, action text not null,
        bucket text not null, object_key text not null, revision_id text, revision_summary text, revision_url text,
        change_identifier text, created_at bigint not null, is_source integer not null,
        primary key (account, region, execution_id, name))`);
      await tx.execute(`create table codepipeline_sources (
        ${scope}, provider text not null, source text not null, pipeline_id text not null, action text not null,
        push integer not null, pipeline_account text not null, pipeline_region text not null,
        primary key (account, region, provider, source, pipeline_account, pipeline_region, pipeline_id, action))`);
      await tx.execute(`create index codepipeline_sources_by_pipeline
        on codepipeline_sources (pipeline_account, pipeline_region, pipeline_id)`);
    },
  },
  {
    id: '0703-codepipeline-turns',
    async up(tx) {
      // Account and region are those of the place that is waited for, not those of the pipeline.
      await tx.execute(`create table codepipeline_turns (
        account text not null, region text not null, place text not null, position bigint not null,
        pipeline_account text not null, pipeline_region text not null, action_execution_id text not null,
        execution_id text not null, stage text not null, action text not null,
        primary key (account, region, place, action_execution_id))`);
      await tx.execute(`create index codepipeline_turns_by_action
        on codepipeline_turns (pipeline_account, pipeline_region, action_execution_id)`);
    },
  },
];
