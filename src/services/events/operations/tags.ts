import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { findBus } from '../buses.ts';
import { DEFAULT_BUS, parseBusArn } from '../model/names.ts';
import type { EventsParts } from '../parts.ts';
import { findRule } from '../rules.ts';

const MAX_TAGS = 50;

type Tags = ReadonlyMap<string, string>;

export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  const found = new Map((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
  for (const key of found.keys()) {
    if (/^aws:/i.test(key)) {
      throw new ApiError('ValidationException', `The tag key ${key} begins with the reserved prefix aws:.`);
    }
  }
  return found;
}

export async function insertTags(tx: Tx, scope: Scope, arn: string, tags: Tags): Promise<void> {
  for (const [key, value] of tags) {
    await tx.execute(
      `insert into events_tags (account, region, arn, tag_key, tag_value) values (?, ?, ?, ?, ?)
       on conflict (account, region, arn, tag_key) do update set tag_value = excluded.tag_value`,
      [scope.account, scope.region, arn, key, value],
    );
  }
  if ((await readTags(tx, scope, arn)).length > MAX_TAGS) {
    throw new ApiError('ValidationException', `A resource has at most ${MAX_TAGS} tags.`);
  }
}

export async function deleteTags(tx: Tx, scope: Scope, arn: string): Promise<void> {
  await tx.execute('delete from events_tags where account = ? and region = ? and arn = ?', [
    scope.account,
    scope.region,
    arn,
  ]);
}

async function readTags(reader: Reader, scope: Scope, arn: string): Promise<Tag[]> {
  const rows = await reader.query<{ tag_key: string; tag_value: string }>(
    'select tag_key, tag_value from events_tags where account = ? and region = ? and arn = ? order by tag_key',
    [scope.account, scope.region, arn],
  );
  return rows.map((row) => ({ Key: row.tag_key, Value: row.tag_value }));
}

/** Refuses an ARN that names neither a bus nor a rule of the caller's. */
async function checkResource(reader: Reader, scope: Scope, arn: string): Promise<void> {
  const missing = () => new ApiError('ResourceNotFoundException', `The resource ${arn} does not exist.`);
  const [, , service, region, account, resource = ''] = arn.split(':');
  if (service !== 'events' || region !== scope.region || account !== scope.account) throw missing();
  const bus = parseBusArn(arn);
  if (bus) {
    if (!(await findBus(reader, bus))) throw missing();
    return;
  }
  const path = /^rule\/(.+)$/.exec(resource)?.[1] ?? '';
  const slash = path.lastIndexOf('/');
  const busName = slash < 0 ? DEFAULT_BUS : path.slice(0, slash);
  if (!(await findRule(reader, scope, busName, path.slice(slash + 1)))) throw missing();
}

export function tagOperations(parts: EventsParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    TagResource: operation<TagResourceCommandInput, object>({
      mutates: true,
      resources: (input) => [input.ResourceARN ?? '*'],
      async handler(input, { scope }) {
        const arn = input.ResourceARN ?? '';
        const tags = tagsOf(input.Tags);
        await database.transaction(async (tx) => {
          await checkResource(tx, scope, arn);
          await insertTags(tx, scope, arn, tags);
        });
        return {};
      },
    }),
    UntagResource: operation<UntagResourceCommandInput, object>({
      mutates: true,
      resources: (input) => [input.ResourceARN ?? '*'],
      async handler(input, { scope }) {
        const arn = input.ResourceARN ?? '';
        await database.transaction(async (tx) => {
          await checkResource(tx, scope, arn);
          for (const key of input.TagKeys ?? []) {
            await tx.execute(
              'delete from events_tags where account = ? and region = ? and arn = ? and tag_key = ?',
              [scope.account, scope.region, arn, key],
            );
          }
        });
        return {};
      },
    }),
    ListTagsForResource: operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>({
      mutates: false,
      resources: (input) => [input.ResourceARN ?? '*'],
      async handler(input, { scope }) {
        const arn = input.ResourceARN ?? '';
        await checkResource(database.read, scope, arn);
        return { Tags: await readTags(database.read, scope, arn), $metadata: {} };
      },
    }),
  };
}
