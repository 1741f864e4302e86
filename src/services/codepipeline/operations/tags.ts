import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  TagResourceOutput,
  UntagResourceInput,
  UntagResourceOutput,
} from '@aws-sdk/client-codepipeline';
import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { parsePipelineArn } from '../arn.ts';
import type { CodePipelineParts } from '../parts.ts';
import { findPipeline } from '../store/pipelines.ts';
import type { PipelineRow } from '../tables.ts';
import type { Checked } from './checked.ts';
import { pageOf, pageToken, readToken } from './paging.ts';

const MAX_TAGS = 50;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export type Tags = Readonly<Record<string, string>>;

/** Checks tags and adds them to those there are. */
export function mergeTags(before: Tags, added: readonly Tag[]): Tags {
  const merged: Record<string, string> = { ...before };
  for (const { key = '', value = '' } of added) {
    if (/^aws:/i.test(key)) {
      throw new ApiError('InvalidTagsException', `The tag key ${key} begins with aws:, which is reserved`);
    }
    if (!ALLOWED.test(key) || !ALLOWED.test(value)) {
      throw new ApiError('InvalidTagsException', `The tag ${key} holds a character that is not allowed`);
    }
    merged[key] = value;
  }
  if (Object.keys(merged).length > MAX_TAGS) {
    throw new ApiError('TooManyTagsException', `A pipeline may have at most ${MAX_TAGS} tags`);
  }
  return merged;
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function resources(input: { readonly resourceArn: string }): string[] {
  return [input.resourceArn];
}

export function tagOperations({ kernel }: CodePipelineParts): ServiceOperations {
  return {
    TagResource: operation<Checked<TagResourceInput>, TagResourceOutput>({
      mutates: true,
      resources,
      handler: async (input, context) => {
        await kernel.database.transaction(async (tx) => {
          const { scope, row } = await requireResource(tx, context, input.resourceArn);
          await writeTags(tx, scope, row, mergeTags(JSON.parse(row.tags) as Tags, input.tags));
        });
        return {};
      },
    }),
    UntagResource: operation<Checked<UntagResourceInput>, UntagResourceOutput>({
      mutates: true,
      resources,
      handler: async (input, context) => {
        await kernel.database.transaction(async (tx) => {
          const { scope, row } = await requireResource(tx, context, input.resourceArn);
          const left = Object.entries(JSON.parse(row.tags) as Tags).filter(
            ([key]) => !input.tagKeys.includes(key),
          );
          await writeTags(tx, scope, row, Object.fromEntries(left));
        });
        return {};
      },
    }),
    ListTagsForResource: operation<Checked<ListTagsForResourceInput>, ListTagsForResourceOutput>({
      mutates: false,
      resources,
      handler: async (input, context) => {
        const { row } = await requireResource(kernel.database.read, context, input.resourceArn);
        const after =
          input.nextToken === undefined ? undefined : readToken('tags', input.nextToken, ['string'])[0];
        const tags = tagList(JSON.parse(row.tags) as Tags)
          .toSorted((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1))
          .filter(({ key = '' }) => after === undefined || key > String(after));
        const { page, last } = pageOf(tags, input.maxResults ?? MAX_TAGS);
        return { tags: [...page], ...(last ? { nextToken: pageToken('tags', last.key ?? '') } : {}) };
      },
    }),
  };
}

async function requireResource(
  reader: Reader,
  context: RequestContext,
  arn: string,
): Promise<{ readonly scope: Scope; readonly row: PipelineRow }> {
  const found = parsePipelineArn(arn);
  if (!found) throw new ApiError('InvalidArnException', `${arn} is not the ARN of a pipeline`);
  const { scope, name } = found;
  const row = scope.account === context.scope.account ? await findPipeline(reader, scope, name) : undefined;
  if (!row) throw new ApiError('ResourceNotFoundException', `There is no resource ${arn}`);
  return { scope, row };
}

async function writeTags(tx: Tx, scope: Scope, row: PipelineRow, tags: Tags): Promise<void> {
  await tx.execute(
    'update codepipeline_pipelines set tags = ? where account = ? and region = ? and name = ?',
    [JSON.stringify(tags), scope.account, scope.region, row.name],
  );
}
