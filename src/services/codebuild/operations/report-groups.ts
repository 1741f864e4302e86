import type {
  BatchGetReportGroupsCommandInput,
  BatchGetReportGroupsCommandOutput,
  CreateReportGroupCommandInput,
  CreateReportGroupCommandOutput,
  DeleteReportGroupCommandInput,
  ListReportGroupsCommandInput,
  ListReportGroupsCommandOutput,
  ReportGroup,
} from '@aws-sdk/client-codebuild';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { announceReportGroup } from '../announce.ts';
import type { CodeBuildParts } from '../parts.ts';
import { groupArn, groupOfArn, insertGroup } from '../reports/store.ts';
import { byColumn, cutPage, PAGE } from './paging.ts';

type Output<T> = Omit<T, '$metadata'>;

interface GroupRow {
  readonly name: string;
  readonly type: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly export_config: string;
  readonly tags: string;
}

const COLUMNS = 'name, type, created_at, modified_at, export_config, tags';

export function reportGroupOperations(parts: CodeBuildParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    CreateReportGroup: operation<CreateReportGroupCommandInput, Output<CreateReportGroupCommandOutput>>({
      mutates: true,
      resources: (input, { scope }) => [groupArn(scope, input.name as string)],
      async handler(input, { scope, now }) {
        const name = input.name as string;
        if (!/^[\w-]+$/.test(name)) {
          throw new ApiError(
            'InvalidInputException',
            `Invalid report group name: ${name}: use letters, digits, - and _`,
          );
        }
        if (input.type === 'CODE_COVERAGE') {
          throw new ApiError(
            'InvalidInputException',
            'Report groups of type CODE_COVERAGE are not available yet: use TEST',
          );
        }
        if (input.exportConfig?.exportConfigType === 'S3') {
          throw new ApiError(
            'InvalidInputException',
            'Exporting raw reports to S3 is not available yet: use NO_EXPORT',
          );
        }
        const group = {
          name,
          type: input.type as string,
          exportConfig: input.exportConfig,
          tags: input.tags,
        };
        const made = await database.transaction((tx) => {
          announceReportGroup(parts.kernel, tx, scope, name);
          return insertGroup(tx, scope, group, now);
        });
        if (!made)
          throw new ApiError('ResourceAlreadyExistsException', `Report group already exists: ${name}`);
        return { reportGroup: (await find(parts, scope, [name]))[0] };
      },
    }),
    BatchGetReportGroups: operation<
      BatchGetReportGroupsCommandInput,
      Output<BatchGetReportGroupsCommandOutput>
    >({
      mutates: false,
      resources: (input) => input.reportGroupArns ?? ['*'],
      async handler(input, { scope }) {
        const arns = [...new Set(input.reportGroupArns ?? [])];
        const names = arns.flatMap((arn) => groupOfArn(scope, arn) ?? []);
        const reportGroups = await find(parts, scope, names);
        const found = new Set(reportGroups.map((group) => group.arn));
        return { reportGroups, reportGroupsNotFound: arns.filter((arn) => !found.has(arn)) };
      },
    }),
    ListReportGroups: operation<ListReportGroupsCommandInput, Output<ListReportGroupsCommandOutput>>({
      mutates: false,
      handler: (input, { scope }) => list(parts, scope, input),
    }),
    DeleteReportGroup: operation<DeleteReportGroupCommandInput, object>({
      mutates: true,
      resources: (input) => [input.arn as string],
      async handler(input, { scope }) {
        const name = groupOfArn(scope, input.arn as string);
        if (name === undefined)
          throw new ApiError('InvalidInputException', `Invalid report group ARN: ${input.arn}`);
        const key = [scope.account, scope.region, name];
        await database.transaction(async (tx) => {
          const reports = await tx.query(
            'select 1 from codebuild_reports where account = ? and region = ? and group_name = ? limit 1',
            key,
          );
          if (reports.length > 0 && !input.deleteReports) {
            throw new ApiError(
              'InvalidInputException',
              'Report group still has reports: delete them first, or set deleteReports',
            );
          }
          for (const table of ['codebuild_test_cases', 'codebuild_reports']) {
            await tx.execute(`delete from ${table} where account = ? and region = ? and group_name = ?`, key);
          }
          await tx.execute(
            'delete from codebuild_report_groups where account = ? and region = ? and name = ?',
            key,
          );
          announceReportGroup(parts.kernel, tx, scope, name);
        });
        return {};
      },
    }),
  };
}

async function find(parts: CodeBuildParts, scope: Scope, names: readonly string[]): Promise<ReportGroup[]> {
  if (names.length === 0) return [];
  const rows = await parts.kernel.database.read.query<GroupRow & Record<string, never>>(
    `select ${COLUMNS} from codebuild_report_groups
     where account = ? and region = ? and name in (${names.map(() => '?').join(', ')})`,
    [scope.account, scope.region, ...names],
  );
  return rows.map((row) => ({
    arn: groupArn(scope, row.name),
    name: row.name,
    type: row.type as ReportGroup['type'],
    exportConfig: JSON.parse(row.export_config) as ReportGroup['exportConfig'],
    created: new Date(row.created_at),
    lastModified: new Date(row.modified_at),
    tags: JSON.parse(row.tags) as ReportGroup['tags'],
    status: 'ACTIVE',
  }));
}

const SORTS = { NAME: 'name', CREATED_TIME: 'created_at', LAST_MODIFIED_TIME: 'modified_at' } as const;

async function list(
  parts: CodeBuildParts,
  scope: Scope,
  input: ListReportGroupsCommandInput,
): Promise<Output<ListReportGroupsCommandOutput>> {
  const order = byColumn('report-groups', SORTS[input.sortBy ?? 'NAME'], input);
  const limit = input.maxResults ?? PAGE;
  const rows = await parts.kernel.database.read.query<GroupRow & Record<string, never>>(
    `select ${COLUMNS} from codebuild_report_groups where account = ? and region = ? ${order.beyond}
     order by ${order.orderBy} limit ?`,
    [scope.account, scope.region, ...order.values, limit + 1],
  );
  const { shown, nextToken } = cutPage(rows, limit, order.list, order.at);
  return { reportGroups: shown.map((row) => groupArn(scope, row.name)), nextToken };
}
