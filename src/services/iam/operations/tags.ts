import type { ListRoleTagsCommandOutput, Tag } from '@aws-sdk/client-iam';
import type { Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { mustFind, updateIdentity } from '../identities.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import { mustFindPolicy } from '../policies.ts';
import { markerOf, mergeTags, type Out, readTags, withoutTags } from './shared.ts';

interface Target {
  readonly RoleName?: string;
  readonly UserName?: string;
  readonly PolicyArn?: string;
}

/** The tags of something, and how to write them. */
interface Tagged {
  readonly tags: string;
  write(tx: Tx, tags: string): Promise<void>;
}

type Find = (reader: Parameters<typeof mustFind>[0], account: string, input: Target) => Promise<Tagged>;

const identity =
  (kind: 'role' | 'user'): Find =>
  async (reader, account, input) => {
    const row = await mustFind(
      reader,
      account,
      kind,
      (kind === 'role' ? input.RoleName : input.UserName) as string,
    );
    return { tags: row.tags, write: (tx, tags) => updateIdentity(tx, row, { tags }) };
  };

const policy: Find = async (reader, account, input) => {
  const row = await mustFindPolicy(reader, account, input.PolicyArn as string);
  return {
    tags: row.tags,
    async write(tx, tags) {
      await tx.execute("update iam_policies set tags = ? where account = ? and region = '-' and arn = ?", [
        tags,
        account,
        row.arn,
      ]);
    },
  };
};

/** Tag, untag and list for roles, users and policies. */
export function tagOperations(kernel: Kernel) {
  return {
    ...forTarget(kernel, 'Role', identity('role')),
    ...forTarget(kernel, 'User', identity('user')),
    ...forTarget(kernel, 'Policy', policy),
  };
}

function forTarget(kernel: Kernel, title: string, find: Find) {
  return {
    [`Tag${title}`]: operation<Target & { readonly Tags: readonly Tag[] }, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const found = await find(tx, scope.account, input);
          await found.write(tx, JSON.stringify(mergeTags(found.tags, input.Tags)));
        });
        return {};
      },
    }),
    [`Untag${title}`]: operation<Target & { readonly TagKeys: readonly string[] }, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const found = await find(tx, scope.account, input);
          await found.write(tx, JSON.stringify(withoutTags(found.tags, input.TagKeys)));
        });
        return {};
      },
    }),
    [`List${title}Tags`]: operation<
      Target & { readonly Marker?: string; readonly MaxItems?: number },
      Out<ListRoleTagsCommandOutput>
    >({
      mutates: false,
      async handler(input, { scope }) {
        const found = await find(kernel.database.read, scope.account, input);
        const after = markerOf(input);
        const limit = pageLimit(input.MaxItems);
        const sorted = readTags(found.tags)
          .filter(({ Key }) => Key > after)
          .toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
        const page = cutPage(sorted.slice(0, limit + 1), limit, ({ Key }) => Key);
        return { Tags: [...page.rows], IsTruncated: page.marker !== undefined, Marker: page.marker };
      },
    }),
  };
}
