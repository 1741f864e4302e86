import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-codecommit';
import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import type { CodeCommitParts } from '../parts.ts';
import { needRepository, type Repository } from '../repositories.ts';

const MAX_TAGS = 50;

type Tags = Readonly<Record<string, string>>;

export function checkTags(tags: Tags): Tags {
  const keys = Object.keys(tags);
  if (keys.length > MAX_TAGS) {
    throw new ApiError('TooManyTagsException', `The maximum number of tags for a repository is ${MAX_TAGS}.`);
  }
  for (const key of keys) {
    if (/^aws:/i.test(key)) {
      throw new ApiError(
        'InvalidSystemTagUsageException',
        `The tag key ${key} begins with the reserved prefix aws:.`,
      );
    }
    if (key.length === 0 || key.length > 128 || (tags[key] ?? '').length > 256) {
      throw new ApiError(
        'InvalidTagsMapException',
        'Tag keys have 1 to 128 characters, tag values up to 256.',
      );
    }
  }
  return tags;
}

export async function insertTags(
  tx: Tx,
  { scope, id }: Pick<Repository, 'scope' | 'id'>,
  tags: Tags,
): Promise<void> {
  for (const [key, value] of Object.entries(tags)) {
    await tx.execute(
      `insert into codecommit_tags (account, region, repository_id, tag_key, tag_value) values (?, ?, ?, ?, ?)
       on conflict (account, region, repository_id, tag_key) do update set tag_value = excluded.tag_value`,
      [scope.account, scope.region, id, key, value],
    );
  }
}

const resources = (input: { readonly resourceArn?: string }) => [input.resourceArn ?? '*'];

export function tagOperations(parts: CodeCommitParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    TagResource: operation<TagResourceCommandInput, object>({
      mutates: true,
      resources,
      async handler(input, { scope }) {
        const tags = checkTags(input.tags ?? {});
        await database.transaction(async (tx) => {
          const repository = await byArn(parts, scope, input.resourceArn, tx);
          checkTags({ ...(await readTags(tx, repository)), ...tags });
          await insertTags(tx, repository, tags);
        });
        return {};
      },
    }),
    UntagResource: operation<UntagResourceCommandInput, object>({
      mutates: true,
      resources,
      async handler(input, { scope }) {
        await database.transaction(async (tx) => {
          const { id } = await byArn(parts, scope, input.resourceArn, tx);
          for (const key of input.tagKeys ?? []) {
            await tx.execute(
              `delete from codecommit_tags where account = ? and region = ? and repository_id = ? and tag_key = ?`,
              [scope.account, scope.region, id, key],
            );
          }
        });
        return {};
      },
    }),
    // A repository has at most 50 tags: they fit one page, so no token is ever given out.
    ListTagsForResource: operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>({
      mutates: false,
      resources,
      async handler(input, { scope }) {
        const repository = await byArn(parts, scope, input.resourceArn, database.read);
        return { tags: await readTags(database.read, repository), $metadata: {} };
      },
    }),
  };
}

async function readTags(reader: Reader, { scope, id }: Repository): Promise<Record<string, string>> {
  const rows = await reader.query<{ tag_key: string; tag_value: string }>(
    `select tag_key, tag_value from codecommit_tags
     where account = ? and region = ? and repository_id = ? order by tag_key`,
    [scope.account, scope.region, id],
  );
  return Object.fromEntries(rows.map((row) => [row.tag_key, row.tag_value]));
}

async function byArn(
  parts: CodeCommitParts,
  scope: Scope,
  arn: string | undefined,
  reader: Reader,
): Promise<Repository> {
  if (arn === undefined) throw new ApiError('ResourceArnRequiredException', 'A resource ARN is required.');
  const [, , service, region, account, name] = arn.split(':');
  if (service !== 'codecommit' || region !== scope.region || account !== scope.account || !name) {
    throw new ApiError(
      'InvalidResourceArnException',
      `The resource ARN is not a repository's of this account: ${arn}`,
    );
  }
  return needRepository(parts, scope, name, reader);
}
