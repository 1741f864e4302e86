import type { Migration } from '../../kernel/database/port.ts';
import type { IdentityKind } from './model/arns.ts';

/*
 * All rows are account-global: `region` is always `-`. Names of users, roles and policies are unique in any case;
 * `name_key` is the name in lower case.
 */

export interface IdentityRow {
  account: string;
  kind: IdentityKind;
  name: string;
  /** `AIDA…` or `AROA…`. */
  id: string;
  path: string;
  created_at: number;
  /** Trust policy of a role, empty for users. */
  trust: string;
  description: string | null;
  /** Seconds; 0 for users. */
  max_session: number;
  /** ARN of the permissions boundary. */
  boundary: string | null;
  /** JSON: `Tag[]`. */
  tags: string;
}

export interface AccessKeyRow {
  account: string;
  access_key_id: string;
  /** User name, empty for the account's root. */
  user_name: string;
  secret: string;
  status: 'Active' | 'Inactive';
  created_at: number;
}

export interface SessionRow {
  account: string;
  access_key_id: string;
  secret: string;
  /** SHA-256 of the session token, hex. */
  token_hash: string;
  /** Wall milliseconds. */
  expires_at: number;
  /** `role/<name>`, `user/<name>` or `root`: it goes with its owner. */
  owner: string;
  /** JSON: `Principal` without the access key. */
  principal: string;
  /** Session policy and tags, kept for authorisation. */
  details: string;
}

export interface GitCredentialRow {
  account: string;
  id: string;
  user_name: string;
  service_name: string;
  service_user_name: string;
  /** `scrypt$<salt>$<hash>`, base64url. */
  password_hash: string;
  status: 'Active' | 'Inactive';
  created_at: number;
}

export interface ManagedPolicyRow {
  account: string;
  name: string;
  id: string;
  path: string;
  arn: string;
  description: string | null;
  default_version: number;
  /** The number the next version gets; numbers are never used twice. */
  next_version: number;
  created_at: number;
  updated_at: number;
  tags: string;
}

export interface PolicyVersionRow {
  version: number;
  document: string;
  created_at: number;
}

export const iamMigrations: readonly Migration[] = [
  {
    id: '0101-iam-identities',
    async up(tx) {
      await tx.execute(`create table iam_accounts (
        account text not null, region text not null, created_at bigint not null, primary key (account, region))`);
      await tx.execute(`create table iam_identities (
        account text not null, region text not null, kind text not null, name_key text not null,
        name text not null, id text not null, path text not null, created_at bigint not null, trust text not null,
        description text, max_session integer not null, boundary text, tags text not null,
        primary key (account, region, kind, name_key))`);
      await tx.execute(`create table iam_access_keys (
        account text not null, region text not null, access_key_id text not null, user_name text not null,
        secret text not null, status text not null, created_at bigint not null,
        primary key (account, region, access_key_id))`);
      await tx.execute('create unique index iam_access_keys_by_id on iam_access_keys (access_key_id)');
      await tx.execute(
        'create index iam_access_keys_by_user on iam_access_keys (account, region, user_name)',
      );
      await tx.execute(`create table iam_sessions (
        account text not null, region text not null, access_key_id text not null, secret text not null,
        token_hash text not null, expires_at bigint not null, owner text not null, principal text not null,
        details text not null, primary key (account, region, access_key_id))`);
      await tx.execute('create unique index iam_sessions_by_id on iam_sessions (access_key_id)');
      await tx.execute('create index iam_sessions_by_owner on iam_sessions (account, region, owner)');
      await tx.execute('create index iam_sessions_by_age on iam_sessions (expires_at)');
      await tx.execute(`create table iam_git_credentials (
        account text not null, region text not null, id text not null, user_name text not null,
        service_name text not null, service_user_name text not null, password_hash text not null,
        status text not null, created_at bigint not null, primary key (account, region, id))`);
      await tx.execute(
        'create unique index iam_git_credentials_by_name on iam_git_credentials (service_user_name)',
      );
    },
  },
  {
    id: '0102-iam-policies',
    async up(tx) {
      await tx.execute(`create table iam_inline_policies (
        account text not null, region text not null, kind text not null, owner text not null, name text not null,
        document text not null, primary key (account, region, kind, owner, name))`);
      await tx.execute(`create table iam_policies (
        account text not null, region text not null, name_key text not null, name text not null, id text not null,
        path text not null, arn text not null, description text, default_version integer not null,
        next_version integer not null, created_at bigint not null, updated_at bigint not null, tags text not null,
        primary key (account, region, name_key))`);
      await tx.execute('create unique index iam_policies_by_arn on iam_policies (account, region, arn)');
      await tx.execute(`create table iam_policy_versions (
        account text not null, region text not null, arn text not null, version integer not null,
        document text not null, created_at bigint not null, primary key (account, region, arn, version))`);
      await tx.execute(`create table iam_attachments (
        account text not null, region text not null, kind text not null, owner text not null, arn text not null,
        primary key (account, region, kind, owner, arn))`);
      await tx.execute('create index iam_attachments_by_policy on iam_attachments (account, region, arn)');
    },
  },
];
