import type { ListRolePoliciesCommandOutput } from '@aws-sdk/client-iam';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { iamErrors } from '../errors.ts';
import { mustFind } from '../identities.ts';
import type { IdentityKind } from '../model/arns.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import { checkDocument, encodeDocument, markerOf, type Out } from './shared.ts';

/** `RoleName` or `UserName`, whichever the operation has. */
interface Owned {
  readonly RoleName?: string;
  readonly UserName?: string;
}

interface Named extends Owned {
  readonly PolicyName: string;
}

/** Put, get, list and delete of the policies that live inside a user or role. */
export function inlinePolicyOperations(kernel: Kernel) {
  return { ...forKind(kernel, 'role', 'Role'), ...forKind(kernel, 'user', 'User') };
}

function forKind(kernel: Kernel, kind: IdentityKind, title: 'Role' | 'User') {
  const ownerName = (input: Owned) => (kind === 'role' ? input.RoleName : input.UserName) as string;
  const missing = (name: string) => iamErrors.noSuch(`The ${kind} policy with name ${name} cannot be found.`);
  return {
    [`Put${title}Policy`]: operation<Named & { readonly PolicyDocument: string }, object>({
      mutates: true,
      async handler(input, { scope }) {
        checkDocument(input.PolicyDocument, 'identity');
        await kernel.database.transaction(async (tx) => {
          const owner = await mustFind(tx, scope.account, kind, ownerName(input));
          await tx.execute(
            `insert into iam_inline_policies (account, region, kind, owner, name, document) values (?, '-', ?, ?, ?, ?)
             on conflict (account, region, kind, owner, name) do update set document = excluded.document`,
            [scope.account, kind, owner.name, input.PolicyName, input.PolicyDocument],
          );
        });
        return {};
      },
    }),
    [`Get${title}Policy`]: operation<Named, object>({
      mutates: false,
      async handler(input, { scope }) {
        const { read } = kernel.database;
        const owner = await mustFind(read, scope.account, kind, ownerName(input));
        const [row] = await read.query<{ document: string }>(
          "select document from iam_inline_policies where account = ? and region = '-' and kind = ? and owner = ? and name = ?",
          [scope.account, kind, owner.name, input.PolicyName],
        );
        if (!row) throw missing(input.PolicyName);
        return {
          [`${title}Name`]: owner.name,
          PolicyName: input.PolicyName,
          PolicyDocument: encodeDocument(row.document),
        };
      },
    }),
    [`List${title}Policies`]: operation<
      Owned & { readonly Marker?: string; readonly MaxItems?: number },
      Out<ListRolePoliciesCommandOutput>
    >({
      mutates: false,
      async handler(input, { scope }) {
        const { read } = kernel.database;
        const owner = await mustFind(read, scope.account, kind, ownerName(input));
        const limit = pageLimit(input.MaxItems);
        const found = await read.query<{ name: string }>(
          `select name from iam_inline_policies where account = ? and region = '-' and kind = ? and owner = ? and name > ?
            order by name limit ?`,
          [scope.account, kind, owner.name, markerOf(input), limit + 1],
        );
        const page = cutPage(found, limit, ({ name }) => name);
        return {
          PolicyNames: page.rows.map(({ name }) => name),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
    [`Delete${title}Policy`]: operation<Named, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const owner = await mustFind(tx, scope.account, kind, ownerName(input));
          const gone = await tx.execute(
            "delete from iam_inline_policies where account = ? and region = '-' and kind = ? and owner = ? and name = ?",
            [scope.account, kind, owner.name, input.PolicyName],
          );
          if (gone === 0) throw missing(input.PolicyName);
        });
        return {};
      },
    }),
  };
}
