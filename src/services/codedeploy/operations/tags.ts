import type {
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-codedeploy';
import type { Reader, SqlValue, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { parseArn } from '../../../pure/arn.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import type { Tag } from '../model/tag-filters.ts';
import { checkNewTags, mergeTags, wireTags } from '../model/tags.ts';
import type { CodeDeployParts } from '../parts.ts';
import { needApplication } from '../store/applications.ts';
import { needGroup } from '../store/groups.ts';

/** Applications and deployment groups have tags. */
export function tagOperations({ kernel }: CodeDeployParts): ServiceOperations {
  const { database } = kernel;
  const change = (arn: string | undefined, scope: Scope, work: (tags: readonly Tag[]) => readonly Tag[]) =>
    database.transaction(async (tx) => {
      const resource = await find(tx, scope, arn);
      await resource.save(tx, work(resource.tags));
      return {};
    });
  return {
    TagResource: operation({
      mutates: true,
      async handler(input: TagResourceCommandInput, { scope }) {
        if (!input.Tags?.length) throw new ApiError('TagRequiredException', 'A tag is required.');
        const more = checkNewTags(input.Tags);
        return change(input.ResourceArn, scope, (tags) => {
          const merged = mergeTags(tags, more);
          checkNewTags(wireTags(merged));
          return merged;
        });
      },
    }),
    UntagResource: operation({
      mutates: true,
      async handler(input: UntagResourceCommandInput, { scope }) {
        const keys = input.TagKeys ?? [];
        return change(input.ResourceArn, scope, (tags) => tags.filter((tag) => !keys.includes(tag.key)));
      },
    }),
    ListTagsForResource: operation({
      mutates: false,
      async handler(input: ListTagsForResourceCommandInput, { scope }) {
        const resource = await find(database.read, scope, input.ResourceArn);
        return { Tags: wireTags(resource.tags) };
      },
    }),
  };
}

interface Tagged {
  readonly tags: readonly Tag[];
  save(tx: Tx, tags: readonly Tag[]): Promise<unknown>;
}

async function find(reader: Reader, scope: Scope, arn: string | undefined): Promise<Tagged> {
  if (!arn) throw new ApiError('ResourceArnRequiredException', 'A resource ARN is required.');
  const parsed = parseArn(arn);
  if (parsed?.service !== 'codedeploy') throw new ApiError('InvalidArnException', `Invalid ARN: ${arn}`);
  if (parsed.account !== scope.account || parsed.region !== scope.region) {
    throw new ApiError('InvalidArnException', `The ARN is of another account or Region: ${arn}`);
  }
  const where: SqlValue[] = [scope.account, scope.region];
  const [kind, name = ''] = splitOnce(parsed.resource, ':');
  if (kind === 'application') {
    const row = await needApplication(reader, scope, name);
    return tagged('codedeploy_applications', 'name = ?', row.tags, [...where, name]);
  }
  if (kind === 'deploymentgroup') {
    const [application, group = ''] = splitOnce(name, '/');
    const row = await needGroup(reader, scope, application, group);
    return tagged('codedeploy_groups', 'id = ?', row.tags, [...where, row.id]);
  }
  throw new ApiError('ArnNotSupportedException', `Resources of this kind have no tags: ${arn}`);
}

function tagged(table: string, condition: string, tags: string, where: readonly SqlValue[]): Tagged {
  return {
    tags: JSON.parse(tags) as readonly Tag[],
    save: (tx, next) =>
      tx.execute(`update ${table} set tags = ? where account = ? and region = ? and ${condition}`, [
        JSON.stringify(next),
        ...where,
      ]),
  };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
