import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { formatArn, parseArn } from '../../../pure/arn.ts';
import type { ReadReport } from './read-reports.ts';

const DAY = 24 * 3_600_000;
/** Reports are kept for 30 days (C5). */
const KEEP_MS = 30 * DAY;

export function groupArn(scope: Scope, name: string): string {
  return formatArn({ service: 'codebuild', ...scope, resource: `report-group/${name}` });
}

export function reportArn(scope: Scope, group: string, id: string): string {
  return formatArn({ service: 'codebuild', ...scope, resource: `report/${group}:${id}` });
}

/** The group's name, where the ARN is that of a group of this scope. */
export function groupOfArn(scope: Scope, arn: string): string | undefined {
  return resourceOf(scope, arn, /^report-group\/([^:/]+)$/)?.[1];
}

export function reportOfArn(
  scope: Scope,
  arn: string,
): { readonly group: string; readonly id: string } | undefined {
  const found = resourceOf(scope, arn, /^report\/([^:/]+):([^:/]+)$/);
  return found && { group: found[1] as string, id: found[2] as string };
}

function resourceOf(scope: Scope, arn: string, pattern: RegExp): RegExpExecArray | undefined {
  const parsed = parseArn(arn);
  const own =
    parsed?.service === 'codebuild' && parsed.account === scope.account && parsed.region === scope.region;
  return (own && pattern.exec(parsed.resource)) || undefined;
}

/** The group that a buildspec's `reports` entry means (C5.1): a new plain name becomes `<project>-<name>`. */
export function groupNameFor(scope: Scope, project: string, group: string): string {
  return groupOfArn(scope, group) ?? `${project}-${group}`;
}

export async function groupExists(reader: Reader, scope: Scope, name: string): Promise<boolean> {
  const rows = await reader.query(
    'select 1 from codebuild_report_groups where account = ? and region = ? and name = ?',
    [scope.account, scope.region, name],
  );
  return rows.length > 0;
}

export async function insertGroup(
  tx: Tx,
  scope: Scope,
  group: {
    readonly name: string;
    readonly type: string;
    readonly exportConfig?: object;
    readonly tags?: readonly object[];
  },
  now: number,
): Promise<boolean> {
  const made = await tx.execute(
    `insert into codebuild_report_groups (account, region, name, type, created_at, modified_at, export_config, tags)
     values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (account, region, name) do nothing`,
    [
      scope.account,
      scope.region,
      group.name,
      group.type,
      now,
      now,
      JSON.stringify(group.exportConfig ?? { exportConfigType: 'NO_EXPORT' }),
      JSON.stringify(group.tags ?? []),
    ],
  );
  return made > 0;
}

/** Writes a build's report; once more after a crash replaces what was written before. */
export async function writeReport(
  tx: Tx,
  scope: Scope,
  report: ReadReport,
  place: { readonly group: string; readonly id: string; readonly buildId: string },
  now: number,
): Promise<void> {
  await insertGroup(tx, scope, { name: place.group, type: 'TEST' }, now);
  await deleteReport(tx, scope, place.group, place.id);
  await tx.execute(
    `insert into codebuild_reports (account, region, group_name, id, name, build_id, type, status, created_at,
       expires_at, summary) values (?, ?, ?, ?, ?, ?, 'TEST', ?, ?, ?, ?)`,
    [
      scope.account,
      scope.region,
      place.group,
      place.id,
      report.spec.group,
      place.buildId,
      report.status,
      now,
      now + KEEP_MS,
      JSON.stringify({ ...report.summary, problems: report.problems }),
    ],
  );
  for (const [n, test] of report.cases.entries()) {
    await tx.execute(
      `insert into codebuild_test_cases (account, region, group_name, report_id, n, prefix, name, suite, status,
         duration, message, file) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        scope.account,
        scope.region,
        place.group,
        place.id,
        n,
        test.prefix,
        test.name,
        test.suite,
        test.status,
        test.durationNanoSeconds,
        test.message,
        test.file,
      ],
    );
  }
}

export async function deleteReport(tx: Tx, scope: Scope, group: string, id: string): Promise<void> {
  const key = [scope.account, scope.region, group, id];
  await tx.execute(
    'delete from codebuild_test_cases where account = ? and region = ? and group_name = ? and report_id = ?',
    key,
  );
  await tx.execute(
    'delete from codebuild_reports where account = ? and region = ? and group_name = ? and id = ?',
    key,
  );
}
