import type {
  ListAttachedRolePoliciesCommandOutput,
  ListEntitiesForPolicyCommandInput,
  ListEntitiesForPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { iamErrors } from '../errors.ts';
import { mustFind } from '../identities.ts';
import type { IdentityKind } from '../model/arns.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import { attachableName } from '../policies.ts';
import { markerOf, type Out } from './shared.ts';

interface Owned {
  readonly RoleName?: string;
  readonly UserName?: string;
}

interface Attached extends Owned {
  readonly PolicyArn: string;
}

interface Listed extends Owned {
  readonly PathPrefix?: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** Attaching and detaching of managed policies. */
export function attachmentOperations(kernel: Kernel) {
  return {
    ...forKind(kernel, 'role', 'Role'),
    ...forKind(kernel, 'user', 'User'),
    ListEntitiesForPolicy: operation<
      ListEntitiesForPolicyCommandInput,
      Out<ListEntitiesForPolicyCommandOutput>
    >({
      mutates: false,
      handler: (input, { scope }) => listEntities(kernel, scope.account, input),
    }),
  };
}

function forKind(kernel: Kernel, kind: IdentityKind, title: 'Role' | 'User') {
  const ownerName = (input: Owned) => (kind === 'role' ? input.RoleName : input.UserName) as string;
  return {
    [`Attach${title}Policy`]: operation<Attached, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const owner = await mustFind(tx, scope.account, kind, ownerName(input));
          await attachableName(tx, scope.account, input.PolicyArn);
          await tx.execute(
            `insert into iam_attachments (account, region, kind, owner, arn) values (?, '-', ?, ?, ?)
             on conflict (account, region, kind, owner, arn) do nothing`,
            [scope.account, kind, owner.name, input.PolicyArn],
          );
        });
        return {};
      },
    }),
    [`Detach${title}Policy`]: operation<Attached, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const owner = await mustFind(tx, scope.account, kind, ownerName(input));
          const gone = await tx.execute(
            "delete from iam_attachments where account = ? and region = '-' and kind = ? and owner = ? and arn = ?",
            [scope.account, kind, owner.name, input.PolicyArn],
          );
          if (gone === 0) throw iamErrors.noSuch(`Policy ${input.PolicyArn} was not found.`);
        });
        return {};
      },
    }),
    [`ListAttached${title}Policies`]: operation<Listed, Out<ListAttachedRolePoliciesCommandOutput>>({
      mutates: false,
      async handler(input, { scope }) {
        const { read } = kernel.database;
        const owner = await mustFind(read, scope.account, kind, ownerName(input));
        const limit = pageLimit(input.MaxItems);
        const prefix = input.PathPrefix ?? '/';
        const found = await read.query<{ arn: string }>(
          `select a.arn from iam_attachments a
             left join iam_policies p on p.account = a.account and p.region = a.region and p.arn = a.arn
            where a.account = ? and a.region = '-' and a.kind = ? and a.owner = ? and a.arn > ?
              and substr(coalesce(p.path, '/'), 1, ?) = ?
            order by a.arn limit ?`,
          [scope.account, kind, owner.name, markerOf(input), prefix.length, prefix, limit + 1],
        );
        const page = cutPage(found, limit, ({ arn }) => arn);
        return {
          AttachedPolicies: page.rows.map(({ arn }) => ({
            PolicyArn: arn,
            PolicyName: arn.split('/').at(-1),
          })),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
  };
}

async function listEntities(
  kernel: Kernel,
  account: string,
  input: ListEntitiesForPolicyCommandInput,
): Promise<Out<ListEntitiesForPolicyCommandOutput>> {
  const { read } = kernel.database;
  await attachableName(read, account, input.PolicyArn as string);
  const limit = pageLimit(input.MaxItems);
  const prefix = input.PathPrefix ?? '/';
  const wanted = { Role: 'role', User: 'user' }[input.EntityFilter as string];
  // Groups and AWS's own filters name nothing that exists here.
  if (input.EntityFilter !== undefined && wanted === undefined)
    return { PolicyRoles: [], PolicyUsers: [], PolicyGroups: [], IsTruncated: false };
  const found = await read.query<{ kind: IdentityKind; name: string; id: string; place: string }>(
    `select i.kind, i.name, i.id, i.kind || '/' || i.name as place from iam_attachments a
       join iam_identities i on i.account = a.account and i.region = a.region and i.kind = a.kind and i.name = a.owner
      where a.account = ? and a.region = '-' and a.arn = ? and i.kind || '/' || i.name > ?
        and substr(i.path, 1, ?) = ? ${wanted === undefined ? '' : 'and i.kind = ?'}
      order by place limit ?`,
    [
      account,
      input.PolicyArn as string,
      markerOf(input),
      prefix.length,
      prefix,
      ...(wanted === undefined ? [] : [wanted]),
      limit + 1,
    ],
  );
  const page = cutPage(found, limit, ({ place }) => place);
  return {
    PolicyRoles: page.rows.flatMap((row) =>
      row.kind === 'role' ? [{ RoleName: row.name, RoleId: row.id }] : [],
    ),
    PolicyUsers: page.rows.flatMap((row) =>
      row.kind === 'user' ? [{ UserName: row.name, UserId: row.id }] : [],
    ),
    PolicyGroups: [],
    IsTruncated: page.marker !== undefined,
    Marker: page.marker,
  };
}
