import type {
  GetBucketEncryptionCommandOutput,
  GetBucketOwnershipControlsCommandOutput,
  GetBucketPolicyCommandOutput,
  GetBucketTaggingCommandOutput,
  GetBucketVersioningCommandOutput,
  GetPublicAccessBlockCommandOutput,
  PutBucketEncryptionCommandInput,
  PutBucketOwnershipControlsCommandInput,
  PutBucketPolicyCommandInput,
  PutBucketTaggingCommandInput,
  PutBucketVersioningCommandInput,
  PutPublicAccessBlockCommandInput,
  Tag,
} from '@aws-sdk/client-s3';
import type { Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { type Operation, operation } from '../../../wire/operation.ts';
import { policyDocumentProblem } from '../../iam/index.ts';
import { s3Error, s3Errors } from '../errors.ts';
import { checkTags } from '../model/tags.ts';
import { getSetting, ownBucket, putSetting, removeSetting, type SettingKind } from '../store/buckets.ts';
import type { BucketRow } from '../tables.ts';

interface Named {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

const resources = (input: Named) => [`arn:aws:s3:::${input.Bucket}`];

const MISSING: Readonly<Record<SettingKind, readonly [code: string, message: string]>> = {
  tagging: ['NoSuchTagSet', 'The TagSet does not exist'],
  policy: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  publicAccessBlock: [
    'NoSuchPublicAccessBlockConfiguration',
    'The public access block configuration was not found',
  ],
  ownershipControls: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  encryption: [
    'ServerSideEncryptionConfigurationNotFoundError',
    'The server side encryption configuration was not found',
  ],
};

/** Reading, writing and removing of a bucket's settings. */
export function bucketSettingOperations(kernel: Kernel) {
  const read = <T, O>(
    kind: SettingKind,
    iamAction: string,
    show: (document: T) => O,
  ): Operation<never, unknown> =>
    operation<Named, O>({
      iamAction,
      mutates: false,
      resources,
      async handler(input, { scope }) {
        const bucket = await named(kernel.database.read, scope.account, input);
        const document = await getSetting<T>(kernel.database.read, bucket.name, kind);
        if (document === undefined) throw s3Error(404, ...MISSING[kind], { BucketName: bucket.name });
        return show(document);
      },
    });
  const write = <I extends Named>(
    iamAction: string,
    change: (tx: Tx, bucket: BucketRow, input: I) => Promise<void>,
  ) =>
    operation<I, object>({
      iamAction,
      mutates: true,
      resources,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) =>
          change(tx, await named(tx, scope.account, input), input),
        );
        return {};
      },
    });
  const remove = (kind: SettingKind, iamAction: string) =>
    write<Named>(iamAction, (tx, bucket) => removeSetting(tx, bucket.name, kind));

  return {
    GetBucketVersioning: operation<Named, Omit<GetBucketVersioningCommandOutput, '$metadata'>>({
      mutates: false,
      resources,
      async handler(input, { scope }) {
        const bucket = await named(kernel.database.read, scope.account, input);
        return { Status: bucket.versioning || undefined };
      },
    }),
    PutBucketVersioning: write<PutBucketVersioningCommandInput>('s3:PutBucketVersioning', putVersioning),

    GetBucketEncryption: read<object, Omit<GetBucketEncryptionCommandOutput, '$metadata'>>(
      'encryption',
      's3:GetEncryptionConfiguration',
      (document) => ({ ServerSideEncryptionConfiguration: document as { Rules: [] } }),
    ),
    PutBucketEncryption: write<PutBucketEncryptionCommandInput>(
      's3:PutEncryptionConfiguration',
      putEncryption,
    ),
    DeleteBucketEncryption: remove('encryption', 's3:PutEncryptionConfiguration'),

    GetBucketTagging: read<Tag[], Omit<GetBucketTaggingCommandOutput, '$metadata'>>(
      'tagging',
      's3:GetBucketTagging',
      (tags) => ({ TagSet: tags }),
    ),
    PutBucketTagging: write<PutBucketTaggingCommandInput>(
      's3:PutBucketTagging',
      async (tx, bucket, input) => {
        const tags = (input.Tagging?.TagSet ?? []).map(({ Key, Value }) => ({
          Key: Key ?? '',
          Value: Value ?? '',
        }));
        const checked = checkTags(tags, 50);
        if (checked.kind === 'invalid') throw s3Error(400, 'InvalidTag', checked.message);
        await putSetting(tx, bucket.name, 'tagging', tags);
      },
    ),
    DeleteBucketTagging: remove('tagging', 's3:PutBucketTagging'),

    GetBucketPolicy: read<string, Omit<GetBucketPolicyCommandOutput, '$metadata'>>(
      'policy',
      's3:GetBucketPolicy',
      (text) => ({ Policy: text }),
    ),
    PutBucketPolicy: write<PutBucketPolicyCommandInput>('s3:PutBucketPolicy', putPolicy),
    DeleteBucketPolicy: remove('policy', 's3:DeleteBucketPolicy'),

    GetPublicAccessBlock: read<object, Omit<GetPublicAccessBlockCommandOutput, '$metadata'>>(
      'publicAccessBlock',
      's3:GetBucketPublicAccessBlock',
      (document) => ({ PublicAccessBlockConfiguration: document }),
    ),
    PutPublicAccessBlock: write<PutPublicAccessBlockCommandInput>(
      's3:PutBucketPublicAccessBlock',
      async (tx, bucket, input) => {
        const asked = input.PublicAccessBlockConfiguration ?? {};
        await putSetting(tx, bucket.name, 'publicAccessBlock', {
          BlockPublicAcls: asked.BlockPublicAcls ?? false,
          IgnorePublicAcls: asked.IgnorePublicAcls ?? false,
          BlockPublicPolicy: asked.BlockPublicPolicy ?? false,
          RestrictPublicBuckets: asked.RestrictPublicBuckets ?? false,
        });
      },
    ),
    DeletePublicAccessBlock: remove('publicAccessBlock', 's3:PutBucketPublicAccessBlock'),

    GetBucketOwnershipControls: read<object, Omit<GetBucketOwnershipControlsCommandOutput, '$metadata'>>(
      'ownershipControls',
      's3:GetBucketOwnershipControls',
      (document) => ({ OwnershipControls: document as { Rules: [] } }),
    ),
    PutBucketOwnershipControls: write<PutBucketOwnershipControlsCommandInput>(
      's3:PutBucketOwnershipControls',
      async (tx, bucket, input) => {
        const rules = input.OwnershipControls?.Rules ?? [];
        if (rules.length !== 1) throw s3Errors.malformed('OwnershipControls must have exactly one rule');
        // The only ownership that is true here: there are no ACLs.
        if (rules[0]?.ObjectOwnership !== 'BucketOwnerEnforced')
          throw s3Errors.notImplemented(`object ownership ${rules[0]?.ObjectOwnership}`);
        await putSetting(tx, bucket.name, 'ownershipControls', { Rules: rules });
      },
    ),
  };
}

function named(reader: Parameters<typeof ownBucket>[0], account: string, input: Named): Promise<BucketRow> {
  return ownBucket(reader, account, input.Bucket as string, input.ExpectedBucketOwner);
}

async function putVersioning(
  tx: Tx,
  bucket: BucketRow,
  input: PutBucketVersioningCommandInput,
): Promise<void> {
  const { Status: status, MFADelete: mfa } = input.VersioningConfiguration ?? {};
  if (mfa === 'Enabled') throw s3Errors.notImplemented('MFA delete');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw s3Error(
      400,
      'IllegalVersioningConfigurationException',
      'The Versioning element must be specified with Enabled or Suspended',
    );
  }
  await tx.execute("update s3_buckets set versioning = ? where account = '-' and region = '-' and name = ?", [
    status,
    bucket.name,
  ]);
}

async function putEncryption(
  tx: Tx,
  bucket: BucketRow,
  input: PutBucketEncryptionCommandInput,
): Promise<void> {
  const rules = input.ServerSideEncryptionConfiguration?.Rules ?? [];
  const [rule] = rules;
  if (rules.length !== 1 || !rule?.ApplyServerSideEncryptionByDefault)
    throw s3Errors.malformed('The encryption configuration must have exactly one rule with a default');
  const algorithm = rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm;
  if (algorithm !== 'AES256') throw s3Errors.notImplemented(`server-side encryption ${algorithm}`);
  await putSetting(tx, bucket.name, 'encryption', {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
      },
    ],
  });
}

async function putPolicy(tx: Tx, bucket: BucketRow, input: PutBucketPolicyCommandInput): Promise<void> {
  const text = input.Policy ?? '';
  const problem = policyDocumentProblem(text, 'resource');
  if (problem !== undefined) throw s3Error(400, 'MalformedPolicy', problem);
  await putSetting(tx, bucket.name, 'policy', text);
}
