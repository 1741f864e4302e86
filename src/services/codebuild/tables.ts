import type { Migration } from '../../kernel/database/port.ts';

/** Rows of the room, keyed by account and region. Times are domain milliseconds. */
export interface ProjectRow {
  readonly name: string;
  readonly created_at: number;
  readonly modified_at: number;
  /** Number of the next build. */
  readonly next_build: number;
  /** A `ProjectDefinition` as JSON. */
  readonly definition: string;
}

export interface BuildRow {
  readonly account: string;
  readonly region: string;
  /** `<project>:<uuid>`. */
  readonly id: string;
  readonly project: string;
  readonly number: number;
  /** Rises from build to build. */
  readonly position: number;
  readonly status: string;
  /** `waiting` for a slot, `held`, or `free` again. */
  readonly slot: string;
  readonly started_at: number;
  /** A `BuildRequest` as JSON. */
  readonly request: string;
  /** What the buildspec asks for after the run: a `CollectPlan` as JSON, once the sandbox has started. */
  readonly plan: string | null;
}

export interface ReportRow {
  readonly account: string;
  readonly region: string;
  readonly group_name: string;
  /** Unique within its group; the id of its build where one made it. */
  readonly id: string;
  readonly name: string;
  readonly build_id: string;
  readonly type: string;
  readonly status: string;
  readonly created_at: number;
  readonly expires_at: number;
  /** A `ReportSummary` as JSON. */
  readonly summary: string;
}

export const codeBuildMigrations: readonly Migration[] = [
  {
    id: '0601-codebuild-projects-and-builds',
    async up(tx) {
      await tx.execute(`create table codebuild_projects (
        account text not null, region text not null, name text not null,
        created_at bigint not null, modified_at bigint not null, next_build bigint not null, definition text not null,
        primary key (account, region, name))`);
      await tx.execute(`create table codebuild_builds (
        account text not null, region text not null, id text not null, project text not null,
        number bigint not null, position bigint not null, status text not null, slot text not null,
        started_at bigint not null, request text not null, plan text, start_key text, start_hash text,
        primary key (account, region, id))`);
      await tx.execute(
        'create unique index codebuild_builds_by_key on codebuild_builds (account, region, start_key)',
      );
      await tx.execute(
        'create index codebuild_builds_of_project on codebuild_builds (account, region, project, position)',
      );
      await tx.execute(
        'create index codebuild_builds_in_order on codebuild_builds (account, region, position)',
      );
      await tx.execute('create index codebuild_builds_by_slot on codebuild_builds (slot, position)');
      // One row that whoever gives out slots holds.
      await tx.execute(
        'create table codebuild_slots (id text not null primary key, granted bigint not null)',
      );
      await tx.execute("insert into codebuild_slots (id, granted) values ('slots', 0)");
    },
  },
  {
    id: '0602-codebuild-reports',
    async up(tx) {
      await tx.execute(`create table codebuild_report_groups (
        account text not null, region text not null, name text not null, type text not null,
        created_at bigint not null, modified_at bigint not null, export_config text not null, tags text not null,
        primary key (account, region, name))`);
      await tx.execute(`create table codebuild_reports (
        account text not null, region text not null, group_name text not null, id text not null,
        name text not null, build_id text not null, type text not null, status text not null,
        created_at bigint not null, expires_at bigint not null, summary text not null,
        primary key (account, region, group_name, id))`);
      await tx.execute(
        'create index codebuild_reports_in_order on codebuild_reports (account, region, created_at)',
      );
      await tx.execute(`create table codebuild_test_cases (
        account text not null, region text not null, group_name text not null, report_id text not null,
        n integer not null, prefix text not null, name text not null, suite text not null, status text not null,
        duration bigint not null, message text not null, file text not null,
        primary key (account, region, group_name, report_id, n))`);
    },
  },
  {
    id: '0603-codebuild-caches',
    async up(tx) {
      await tx.execute(`create table codebuild_caches (
        account text not null, region text not null, place text not null, key text not null,
        sha256 text not null, bytes bigint not null, stored_at bigint not null,
        primary key (account, region, place, key))`);
      await tx.execute('create index codebuild_caches_by_content on codebuild_caches (sha256)');
    },
  },
];
