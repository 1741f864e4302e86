import type { ListRepositoriesCommandInput, ListRepositoriesCommandOutput } from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { decodePageToken, encodePageToken } from '../../../pure/page-token.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import type { CodeCommitParts } from '../parts.ts';
import type { CodeCommitTables } from '../tables.ts';

const PAGE = 1000;

export function listRepositoryOperations(parts: CodeCommitParts): ServiceOperations {
  return {
    ListRepositories: operation<ListRepositoriesCommandInput, ListRepositoriesCommandOutput>({
      mutates: false,
      async handler(input, { scope }) {
        const sortBy = input.sortBy ?? 'repositoryName';
        const order = input.order ?? 'ascending';
        if (!['repositoryName', 'lastModifiedDate'].includes(sortBy)) {
          throw new ApiError('InvalidSortByException', `Repositories cannot be sorted by ${sortBy}.`);
        }
        if (!['ascending', 'descending'].includes(order)) {
          throw new ApiError('InvalidOrderException', `There is no order ${order}.`);
        }
        const list = `repositories/${scope.account}/${scope.region}/${sortBy}/${order}`;
        const after = pageKey(list, input.nextToken);
        const [comparison, direction] =
          order === 'ascending' ? (['>', 'asc'] as const) : (['<', 'desc'] as const);
        let query = parts.kernel.database.read
          .tables<CodeCommitTables>()
          .selectFrom('codecommit_repositories')
          .select(['id', 'name', 'updated_at'])
          .where('account', '=', scope.account)
          .where('region', '=', scope.region);
        if (after && sortBy === 'repositoryName') query = query.where('name', comparison, after.name);
        if (after && sortBy === 'lastModifiedDate') {
          query = query.where((eb) =>
            eb.or([
              eb('updated_at', comparison, after.at),
              eb.and([eb('updated_at', '=', after.at), eb('name', comparison, after.name)]),
            ]),
          );
        }
        if (sortBy === 'lastModifiedDate') query = query.orderBy('updated_at', direction);
        const rows = await query
          .orderBy('name', direction)
          .limit(PAGE + 1)
          .execute();
        const page = rows.slice(0, PAGE);
        const last = page.at(-1);
        return {
          repositories: page.map((row) => ({ repositoryId: row.id, repositoryName: row.name })),
          nextToken:
            rows.length > PAGE && last
              ? encodePageToken(list, JSON.stringify({ name: last.name, at: Number(last.updated_at) }))
              : undefined,
          $metadata: {},
        };
      },
    }),
  };
}

function pageKey(list: string, token: string | undefined): { name: string; at: number } | undefined {
  if (token === undefined) return undefined;
  const key = decodePageToken(list, token);
  if (key === undefined) throw invalidToken();
  const parsed = JSON.parse(key) as { name: string; at: number };
  return { name: String(parsed.name), at: Number(parsed.at) };
}

export function invalidToken(): ApiError {
  return new ApiError('InvalidContinuationTokenException', 'The specified continuation token is not valid.');
}
