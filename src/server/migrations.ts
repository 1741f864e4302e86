import type { Migration } from '../kernel/database/port.ts';
import { kernelMigrations } from '../kernel/tables.ts';
import { codeBuildMigrations } from '../services/codebuild/tables.ts';
import { codeCommitMigrations } from '../services/codecommit/tables.ts';
import { codeDeployMigrations } from '../services/codedeploy/tables.ts';
import { codePipelineMigrations } from '../services/codepipeline/tables.ts';
import { eventsMigrations } from '../services/events/tables.ts';
import { iamMigrations } from '../services/iam/tables.ts';
import { logsMigrations } from '../services/logs/tables.ts';
import { s3Migrations } from '../services/s3/tables.ts';
import { wireMigrations } from '../wire/door/index.ts';
import { serverMigrations } from './tables.ts';

/** Every step that the whole house takes, for those who make its tables without building the rooms. By id. */
export const houseMigrations: readonly Migration[] = [
  ...kernelMigrations,
  ...wireMigrations,
  ...serverMigrations,
  ...iamMigrations,
  ...s3Migrations,
  ...codeCommitMigrations,
  ...eventsMigrations,
  ...logsMigrations,
  ...codeBuildMigrations,
  ...codePipelineMigrations,
  ...codeDeployMigrations,
].toSorted((a, b) => (a.id < b.id ? -1 : 1));
