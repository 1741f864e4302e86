import type {
  BatchGetReportsCommandInput,
  BatchGetReportsCommandOutput,
  DeleteReportCommandInput,
  DescribeTestCasesCommandInput,
  DescribeTestCasesCommandOutput,
  ListReportsCommandInput,
  ListReportsForReportGroupCommandInput,
  Report,
} from '@aws-sdk/client-codebuild';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { announceReportGroup } from '../announce.ts';
import { buildArn } from '../model/build/events.ts';
import type { CodeBuildParts } from '../parts.ts';
import { deleteReport, groupArn, groupExists, groupOfArn, reportArn, reportOfArn } from '../reports/store.ts';
import type { ReportSummary } from '../reports/summary.ts';
import type { ReportRow } from '../tables.ts';
import { cutPage, PAGE, readPageToken } from './paging.ts';

type Output<T> = Omit<T, '$metadata'>;

export function reportOperations(parts: CodeBuildParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    BatchGetReports: operation<BatchGetReportsCommandInput, Output<BatchGetReportsCommandOutput>>({
      mutates: false,
      resources: (input) => input.reportArns ?? ['*'],
      async handler(input, { scope, now }) {
        const reports: Report[] = [];
        const reportsNotFound: string[] = [];
        for (const arn of new Set(input.reportArns ?? [])) {
          const row = await findReport(parts, scope, arn, now);
          if (row) reports.push(reportView(scope, row));
          else reportsNotFound.push(arn);
        }
        return { reports, reportsNotFound };
      },
    }),
    ListReports: operation<ListReportsCommandInput, object>({
      mutates: false,
      handler: (input, { scope, now }) => listReports(parts, scope, undefined, input, now),
    }),
    ListReportsForReportGroup: operation<ListReportsForReportGroupCommandInput, object>({
      mutates: false,
      resources: (input) => [input.reportGroupArn as string],
      async handler(input, { scope, now }) {
        const arn = input.reportGroupArn as string;
        const group = groupOfArn(scope, arn);
        if (group === undefined || !(await groupExists(database.read, scope, group))) {
          throw new ApiError('ResourceNotFoundException', `Report group does not exist: ${arn}`);
        }
        return listReports(parts, scope, group, input, now);
      },
    }),
    DescribeTestCases: operation<DescribeTestCasesCommandInput, Output<DescribeTestCasesCommandOutput>>({
      mutates: false,
      resources: (input) => [input.reportArn as string],
      handler: (input, { scope, now }) => describeCases(parts, scope, input, now),
    }),
    DeleteReport: operation<DeleteReportCommandInput, object>({
      mutates: true,
      resources: (input) => [input.arn as string],
      async handler(input, { scope }) {
        const place = reportOfArn(scope, input.arn as string);
        if (!place) throw new ApiError('InvalidInputException', `Invalid report ARN: ${input.arn}`);
        await database.transaction(async (tx) => {
          await deleteReport(tx, scope, place.group, place.id);
          announceReportGroup(parts.kernel, tx, scope, place.group);
        });
        return {};
      },
    }),
  };
}

const COLUMNS =
  'account, region, group_name, id, name, build_id, type, status, created_at, expires_at, summary';

async function findReport(
  parts: CodeBuildParts,
  scope: Scope,
  arn: string,
  now: number,
): Promise<ReportRow | undefined> {
  const place = reportOfArn(scope, arn);
  if (!place) return undefined;
  const [row] = await parts.kernel.database.read.query<ReportRow & Record<string, never>>(
    `select ${COLUMNS} from codebuild_reports
     where account = ? and region = ? and group_name = ? and id = ? and expires_at > ?`,
    [scope.account, scope.region, place.group, place.id, now],
  );
  return row;
}

function reportView(scope: Scope, row: ReportRow): Report {
  const summary = JSON.parse(row.summary) as ReportSummary;
  return {
    arn: reportArn(scope, row.group_name, row.id),
    type: row.type as Report['type'],
    name: row.name,
    reportGroupArn: groupArn(scope, row.group_name),
    executionId: buildArn(scope, row.build_id),
    status: row.status as Report['status'],
    created: new Date(row.created_at),
    expired: new Date(row.expires_at),
    exportConfig: { exportConfigType: 'NO_EXPORT' },
    truncated: false,
    testSummary: {
      total: summary.total,
      statusCounts: summary.counts,
      durationInNanoSeconds: summary.durationNanoSeconds,
    },
  };
}

async function listReports(
  parts: CodeBuildParts,
  scope: Scope,
  group: string | undefined,
  input: ListReportsCommandInput,
  now: number,
): Promise<{ reports: string[]; nextToken: string | undefined }> {
  const [order, side] = input.sortOrder === 'ASCENDING' ? ['asc', '>'] : ['desc', '<'];
  const status = input.filter?.status;
  const name = `reports/${group ?? ''}/${status ?? ''}/${order}`;
  const after = readPageToken(name, input.nextToken, ['number', 'string', 'string']);
  const [at = 0, afterGroup = '', afterId = ''] = after ?? [];
  const limit = input.maxResults ?? PAGE;
  const rows = await parts.kernel.database.read.query<ReportRow & Record<string, never>>(
    `select ${COLUMNS} from codebuild_reports where account = ? and region = ? and expires_at > ?
     ${group === undefined ? '' : 'and group_name = ?'} ${status === undefined ? '' : 'and status = ?'}
     ${after ? `and (created_at ${side} ? or (created_at = ? and (group_name > ? or (group_name = ? and id > ?))))` : ''}
     order by created_at ${order}, group_name, id limit ?`,
    [
      scope.account,
      scope.region,
      now,
      ...(group === undefined ? [] : [group]),
      ...(status === undefined ? [] : [status]),
      ...(after ? [at, at, afterGroup, afterGroup, afterId] : []),
      limit + 1,
    ],
  );
  const { shown, nextToken } = cutPage(rows, limit, name, (row) => [row.created_at, row.group_name, row.id]);
  return { reports: shown.map((row) => reportArn(scope, row.group_name, row.id)), nextToken };
}

interface CaseRow {
  readonly n: number;
  readonly prefix: string;
  readonly name: string;
  readonly suite: string;
  readonly status: string;
  readonly duration: number;
  readonly message: string;
  readonly file: string;
}

async function describeCases(
  parts: CodeBuildParts,
  scope: Scope,
  input: DescribeTestCasesCommandInput,
  now: number,
): Promise<Output<DescribeTestCasesCommandOutput>> {
  const arn = input.reportArn as string;
  const report = await findReport(parts, scope, arn, now);
  if (!report) throw new ApiError('ResourceNotFoundException', `Report does not exist: ${arn}`);
  const { status, keyword } = input.filter ?? {};
  const list = `cases/${arn}/${status ?? ''}/${keyword ?? ''}`;
  const [after = -1] = readPageToken(list, input.nextToken, ['number']) ?? [];
  const limit = input.maxResults ?? PAGE;
  const like = keyword === undefined ? '' : `%${keyword.replaceAll(/[!%_]/g, '!$&')}%`;
  const rows = await parts.kernel.database.read.query<CaseRow & Record<string, never>>(
    `select n, prefix, name, suite, status, duration, message, file from codebuild_test_cases
     where account = ? and region = ? and group_name = ? and report_id = ? and n > ?
     ${status === undefined ? '' : 'and status = ?'}
     ${keyword === undefined ? '' : "and (name like ? escape '!' or prefix like ? escape '!')"}
     order by n limit ?`,
    [
      scope.account,
      scope.region,
      report.group_name,
      report.id,
      after,
      ...(status === undefined ? [] : [status]),
      ...(keyword === undefined ? [] : [like, like]),
      limit + 1,
    ],
  );
  const { shown, nextToken } = cutPage(rows, limit, list, (row) => [row.n]);
  return {
    testCases: shown.map((row) => ({
      reportArn: arn,
      testRawDataPath: row.file,
      prefix: row.prefix,
      name: row.name,
      status: row.status,
      durationInNanoSeconds: Number(row.duration),
      message: row.message,
      expired: new Date(report.expires_at),
      testSuiteName: row.suite,
    })),
    nextToken,
  };
}
