import type {
  CreatePolicyVersionCommandInput,
  CreatePolicyVersionCommandOutput,
  DeletePolicyVersionCommandInput,
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
  ListPolicyVersionsCommandInput,
  ListPolicyVersionsCommandOutput,
  PolicyVersion,
  SetDefaultPolicyVersionCommandInput,
} from '@aws-sdk/client-iam';
import type { Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { awsManagedPolicy } from '../aws-managed-policies.ts';
import { iamErrors } from '../errors.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import { insertVersion, listVersions, mustFindPolicy } from '../policies.ts';
import type { ManagedPolicyRow, PolicyVersionRow } from '../tables.ts';
import { checkDocument, encodeDocument, markerOf, type Out } from './shared.ts';

const MAX_VERSIONS = 5;

export function policyVersionOperations(kernel: Kernel) {
  return {
    CreatePolicyVersion: operation<CreatePolicyVersionCommandInput, Out<CreatePolicyVersionCommandOutput>>({
      mutates: true,
      async handler(input, { scope, now }) {
        const document = input.PolicyDocument as string;
        checkDocument(document, 'identity');
        return kernel.database.transaction(async (tx) => {
          const policy = await mustFindPolicy(tx, scope.account, input.PolicyArn as string);
          if ((await listVersions(tx, policy)).length >= MAX_VERSIONS)
            throw iamErrors.limit(
              `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
            );
          const row: PolicyVersionRow = { version: policy.next_version, document, created_at: now };
          await insertVersion(tx, policy, row);
          const default_version = input.SetAsDefault ? row.version : policy.default_version;
          await pointAt(tx, policy, default_version, row.version + 1, now);
          return { PolicyVersion: shownVersion(row, { default_version }) };
        });
      },
    }),
    GetPolicyVersion: operation<GetPolicyVersionCommandInput, Out<GetPolicyVersionCommandOutput>>({
      mutates: false,
      async handler(input, { scope }) {
        const { read } = kernel.database;
        const arn = input.PolicyArn as string;
        const aws = awsManagedPolicy(arn);
        if (aws && input.VersionId === 'v1') {
          const Document = encodeDocument(aws.document);
          return { PolicyVersion: { Document, VersionId: 'v1', IsDefaultVersion: true } };
        }
        const policy = await mustFindPolicy(read, scope.account, arn);
        const row = versionOf(await listVersions(read, policy), policy, input.VersionId);
        return { PolicyVersion: { ...shownVersion(row, policy), Document: encodeDocument(row.document) } };
      },
    }),
    ListPolicyVersions: operation<ListPolicyVersionsCommandInput, Out<ListPolicyVersionsCommandOutput>>({
      mutates: false,
      async handler(input, { scope }) {
        const { read } = kernel.database;
        const policy = await mustFindPolicy(read, scope.account, input.PolicyArn as string);
        const after = markerOf(input);
        const below = after === '' ? Number.POSITIVE_INFINITY : Number(after);
        const limit = pageLimit(input.MaxItems);
        const left = (await listVersions(read, policy)).filter((row) => row.version < below);
        const page = cutPage(left.slice(0, limit + 1), limit, (row) => String(row.version));
        return {
          Versions: page.rows.map((row) => shownVersion(row, policy)),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
    SetDefaultPolicyVersion: operation<SetDefaultPolicyVersionCommandInput, object>({
      mutates: true,
      async handler(input, { scope, now }) {
        await kernel.database.transaction(async (tx) => {
          const policy = await mustFindPolicy(tx, scope.account, input.PolicyArn as string);
          const row = versionOf(await listVersions(tx, policy), policy, input.VersionId);
          await pointAt(tx, policy, row.version, policy.next_version, now);
        });
        return {};
      },
    }),
    DeletePolicyVersion: operation<DeletePolicyVersionCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const policy = await mustFindPolicy(tx, scope.account, input.PolicyArn as string);
          const row = versionOf(await listVersions(tx, policy), policy, input.VersionId);
          if (row.version === policy.default_version)
            throw iamErrors.conflict('Cannot delete the default version of a policy.');
          await tx.execute(
            "delete from iam_policy_versions where account = ? and region = '-' and arn = ? and version = ?",
            [policy.account, policy.arn, row.version],
          );
        });
        return {};
      },
    }),
  };
}

async function pointAt(
  tx: Tx,
  policy: ManagedPolicyRow,
  version: number,
  next: number,
  now: number,
): Promise<void> {
  await tx.execute(
    `update iam_policies set default_version = ?, next_version = ?, updated_at = ?
      where account = ? and region = '-' and arn = ?`,
    [version, next, now, policy.account, policy.arn],
  );
}

function versionOf(rows: readonly PolicyVersionRow[], policy: ManagedPolicyRow, id: string | undefined) {
  const row = rows.find(({ version }) => `v${version}` === id);
  if (!row) throw iamErrors.noSuch(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return row;
}

function shownVersion(
  row: PolicyVersionRow,
  policy: Pick<ManagedPolicyRow, 'default_version'>,
): PolicyVersion {
  return {
    VersionId: `v${row.version}`,
    IsDefaultVersion: row.version === policy.default_version,
    CreateDate: new Date(row.created_at),
  };
}
