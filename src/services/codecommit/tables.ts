import type { Migration } from '../../kernel/database/port.ts';

export interface RepositoryRow {
  account: string;
  region: string;
  name: string;
  id: string;
  description: string | null;
  default_branch: string | null;
  created_at: number;
  updated_at: number;
  /** Rises with each announcement, so that two processes never announce from the same reading of the refs. */
  refs_version: number;
}

/** A ref as it was last announced on the bus. git holds what is; this holds what everybody was told. */
export interface RefRow {
  account: string;
  region: string;
  repository_id: string;
  /** Full: `refs/heads/main`. */
  name: string;
  object_id: string;
  /** What `object_id` peels to; the same unless it is an annotated tag. */
  commit_id: string;
}

export interface RepositoryTagRow {
  account: string;
  region: string;
  repository_id: string;
  tag_key: string;
  tag_value: string;
}

export interface CodeCommitTables {
  codecommit_repositories: RepositoryRow;
  codecommit_refs: RefRow;
  codecommit_tags: RepositoryTagRow;
}

export const codeCommitMigrations: readonly Migration[] = [
  {
    id: '0301-codecommit-repositories',
    async up(tx) {
      await tx.execute(`create table codecommit_repositories (
        account text not null, region text not null, name text not null, id text not null,
        description text, default_branch text, created_at bigint not null, updated_at bigint not null,
        refs_version bigint not null,
        primary key (account, region, name))`);
      await tx.execute(
        'create unique index codecommit_repositories_by_id on codecommit_repositories (account, region, id)',
      );
      await tx.execute(`create table codecommit_refs (
        account text not null, region text not null, repository_id text not null, name text not null,
        object_id text not null, commit_id text not null,
        primary key (account, region, repository_id, name))`);
      await tx.execute(`create table codecommit_tags (
        account text not null, region text not null, repository_id text not null,
        tag_key text not null, tag_value text not null,
        primary key (account, region, repository_id, tag_key))`);
    },
  },
];
