import type {
  CreatePolicyCommandInput,
  CreatePolicyCommandOutput,
  DeletePolicyCommandInput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  ListPoliciesCommandInput,
  ListPoliciesCommandOutput,
  Policy,
} from '@aws-sdk/client-iam';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { awsManagedPolicy } from '../aws-managed-policies.ts';
import { iamErrors } from '../errors.ts';
import { newAwsId } from '../ids.ts';
import { policyArn } from '../model/arns.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import { attachmentCounts, insertVersion, listPolicies, listVersions, mustFindPolicy } from '../policies.ts';
import type { ManagedPolicyRow } from '../tables.ts';
import { checkDocument, markerOf, newTags, type Out, readTags } from './shared.ts';

export function policyOperations(kernel: Kernel) {
  return {
    CreatePolicy: operation<CreatePolicyCommandInput, Out<CreatePolicyCommandOutput>>({
      mutates: true,
      async handler(input, { scope, now }) {
        const document = input.PolicyDocument as string;
        checkDocument(document, 'identity');
        const name = input.PolicyName as string;
        const path = input.Path ?? '/';
        const row: ManagedPolicyRow = {
          account: scope.account,
          name,
          id: newAwsId('ANPA'),
          path,
          arn: policyArn(scope.account, path, name),
          description: input.Description ?? null,
          default_version: 1,
          next_version: 2,
          created_at: now,
          updated_at: now,
          tags: newTags(input.Tags),
        };
        await kernel.database.transaction(async (tx) => {
          const made = await tx.execute(
            `insert into iam_policies (account, region, name_key, name, id, path, arn, description, default_version,
               next_version, created_at, updated_at, tags) values (?, '-', ?, ?, ?, ?, ?, ?, 1, 2, ?, ?, ?)
             on conflict (account, region, name_key) do nothing`,
            [
              row.account,
              name.toLowerCase(),
              name,
              row.id,
              path,
              row.arn,
              row.description,
              now,
              now,
              row.tags,
            ],
          );
          if (made === 0)
            throw iamErrors.exists(
              `A policy called ${name} already exists. Duplicate names are not allowed.`,
            );
          await insertVersion(tx, row, { version: 1, document, created_at: now });
        });
        return { Policy: shownPolicy(row, 0) };
      },
    }),
    GetPolicy: operation<GetPolicyCommandInput, Out<GetPolicyCommandOutput>>({
      mutates: false,
      async handler(input, { scope }) {
        const { read } = kernel.database;
        const arn = input.PolicyArn as string;
        const attached = (await attachmentCounts(read, scope.account)).get(arn) ?? 0;
        const aws = awsManagedPolicy(arn);
        if (aws) {
          const names = { PolicyName: aws.name, Arn: aws.arn, Path: '/', DefaultVersionId: 'v1' };
          return { Policy: { ...names, AttachmentCount: attached, IsAttachable: true } };
        }
        const row = await mustFindPolicy(read, scope.account, arn);
        return { Policy: shownPolicy(row, attached) };
      },
    }),
    ListPolicies: operation<ListPoliciesCommandInput, Out<ListPoliciesCommandOutput>>({
      mutates: false,
      async handler(input, { scope }) {
        if (input.Scope === 'AWS') return { Policies: [], IsTruncated: false };
        const limit = pageLimit(input.MaxItems);
        const found = await listPolicies(kernel.database.read, scope.account, {
          pathPrefix: input.PathPrefix ?? '/',
          after: markerOf(input),
          limit: limit + 1,
          onlyAttached: input.OnlyAttached === true,
        });
        const page = cutPage(found, limit, (row) => row.name.toLowerCase());
        const counts = await attachmentCounts(kernel.database.read, scope.account);
        return {
          Policies: page.rows.map((row) => ({
            ...shownPolicy(row, counts.get(row.arn) ?? 0),
            Tags: undefined,
            Description: undefined,
          })),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
    DeletePolicy: operation<DeletePolicyCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const row = await mustFindPolicy(tx, scope.account, input.PolicyArn as string);
          if ((await attachmentCounts(tx, scope.account)).has(row.arn))
            throw iamErrors.conflict('Cannot delete a policy attached to entities.');
          if ((await listVersions(tx, row)).length > 1)
            throw iamErrors.conflict(
              "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
            );
          await tx.execute("delete from iam_policy_versions where account = ? and region = '-' and arn = ?", [
            row.account,
            row.arn,
          ]);
          await tx.execute("delete from iam_policies where account = ? and region = '-' and arn = ?", [
            row.account,
            row.arn,
          ]);
        });
        return {};
      },
    }),
  };
}

function shownPolicy(row: ManagedPolicyRow, attached: number): Policy {
  const tags = readTags(row.tags);
  return {
    PolicyName: row.name,
    PolicyId: row.id,
    Arn: row.arn,
    Path: row.path,
    DefaultVersionId: `v${row.default_version}`,
    AttachmentCount: attached,
    IsAttachable: true,
    CreateDate: new Date(row.created_at),
    UpdateDate: new Date(row.updated_at),
    ...(row.description === null ? {} : { Description: row.description }),
    ...(tags.length === 0 ? {} : { Tags: tags }),
  };
}
