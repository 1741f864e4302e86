import type {
  CreateLogGroupCommandInput,
  DeleteLogGroupCommandInput,
  DeleteRetentionPolicyCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  LogGroup,
  PutRetentionPolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { decodePlaceToken, encodePlaceToken } from '../../../pure/page-token.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { groupArn, type LogsParts } from '../parts.ts';
import { insertGroup, invalid, missing, needGroup } from '../rows.ts';
import type { GroupRow } from '../tables.ts';
import { removeStreams } from '../tasks.ts';

const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const PAGE = 50;

type Output<T> = Omit<T, '$metadata'>;

const onGroup = (input: { logGroupName: string | undefined }, context: { scope: Scope }) => [
  `${groupArn(context.scope, input.logGroupName as string)}:*`,
];

export function groupOperations(parts: LogsParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    CreateLogGroup: operation<CreateLogGroupCommandInput, object>({
      mutates: true,
      resources: onGroup,
      async handler(input, { scope, now }) {
        const name = input.logGroupName as string;
        const group = { name, kmsKeyId: input.kmsKeyId, class: input.logGroupClass, tags: input.tags };
        const made = await database.transaction((tx) => insertGroup(tx, scope, group, now));
        if (made) return {};
        throw new ApiError('ResourceAlreadyExistsException', 'The specified log group already exists');
      },
    }),
    DeleteLogGroup: operation<DeleteLogGroupCommandInput, object>({
      mutates: true,
      resources: onGroup,
      async handler(input, { scope }) {
        const name = input.logGroupName as string;
        await database.transaction(async (tx) => {
          const removed = await tx.execute(
            'delete from log_groups where account = ? and region = ? and name = ?',
            [scope.account, scope.region, name],
          );
          if (removed === 0) throw missing('The specified log group does not exist.');
          await removeStreams(parts, tx, scope, name);
        });
        return {};
      },
    }),
    DescribeLogGroups: operation<DescribeLogGroupsCommandInput, Output<DescribeLogGroupsCommandOutput>>({
      mutates: false,
      handler: (input, { scope }) => describeGroups(parts, scope, input),
    }),
    PutRetentionPolicy: operation<PutRetentionPolicyCommandInput, object>({
      mutates: true,
      resources: onGroup,
      async handler(input, { scope }) {
        const days = input.retentionInDays as number;
        if (!RETENTIONS.includes(days)) {
          throw invalid(`Invalid retention value: ${days}. Valid values are: [${RETENTIONS.join(', ')}]`);
        }
        await setRetention(parts, scope, input.logGroupName as string, days);
        return {};
      },
    }),
    DeleteRetentionPolicy: operation<DeleteRetentionPolicyCommandInput, object>({
      mutates: true,
      resources: onGroup,
      async handler(input, { scope }) {
        await setRetention(parts, scope, input.logGroupName as string, null);
        return {};
      },
    }),
  };
}

async function setRetention(
  parts: LogsParts,
  scope: Scope,
  name: string,
  days: number | null,
): Promise<void> {
  await parts.kernel.database.transaction(async (tx) => {
    await needGroup(tx, scope, name);
    await tx.execute(
      'update log_groups set retention_days = ? where account = ? and region = ? and name = ?',
      [days, scope.account, scope.region, name],
    );
  });
}

async function describeGroups(
  parts: LogsParts,
  scope: Scope,
  input: DescribeLogGroupsCommandInput,
): Promise<Output<DescribeLogGroupsCommandOutput>> {
  const after =
    input.nextToken === undefined ? [''] : decodePlaceToken('groups', input.nextToken, ['string']);
  if (!after) throw invalid('The specified nextToken is invalid.');
  const limit = input.limit ?? PAGE;
  const prefix = input.logGroupNamePrefix ?? '';
  const part = input.logGroupNamePattern ?? '';
  const rows = await parts.kernel.database.read.query<GroupRow & Record<string, never>>(
    `select name, created_at, retention_days, kms_key_id, class from log_groups
     where account = ? and region = ? and name > ? and substr(name, 1, ?) = ? and (? = '' or name like ? escape '!')
     order by name limit ?`,
    [
      scope.account,
      scope.region,
      after[0] as string,
      prefix.length,
      prefix,
      part,
      `%${likeText(part)}%`,
      limit + 1,
    ],
  );
  const shown = rows.slice(0, limit);
  return {
    logGroups: shown.map((row) => groupOf(scope, row)),
    nextToken:
      rows.length > limit ? encodePlaceToken('groups', [(shown.at(-1) as GroupRow).name]) : undefined,
  };
}

function likeText(text: string): string {
  return text.replaceAll(/[!%_]/g, '!$&');
}

function groupOf(scope: Scope, row: GroupRow): LogGroup {
  const arn = groupArn(scope, row.name);
  return {
    logGroupName: row.name,
    creationTime: row.created_at,
    retentionInDays: row.retention_days ?? undefined,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: 0,
    kmsKeyId: row.kms_key_id ?? undefined,
    logGroupClass: row.class as LogGroup['logGroupClass'],
  };
}
