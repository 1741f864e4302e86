import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  Credentials,
  GetAccessKeyInfoCommandInput,
  GetAccessKeyInfoCommandOutput,
  GetCallerIdentityCommandOutput,
  GetSessionTokenCommandInput,
  GetSessionTokenCommandOutput,
} from '@aws-sdk/client-sts';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import type { IamRoom, TemporaryCredentials } from '../../iam/index.ts';

type Out<T> = Omit<T, '$metadata'>;

const ASSUME_ROLE_SECONDS = 3600;
const SESSION_TOKEN_SECONDS = 12 * 3600;
/** A root user's session lasts an hour at most, whatever was asked for. */
const ROOT_SESSION_SECONDS = 3600;
const MAX_PACKED_BYTES = 2048;

/** Every STS operation that is built. */
export function stsOperations({ iam }: { readonly iam: IamRoom }): ServiceOperations {
  return {
    GetCallerIdentity: operation<object, Out<GetCallerIdentityCommandOutput>>({
      mutates: false,
      handler: async (_input, { principal }) => ({
        UserId: principal.userId,
        Account: principal.account,
        Arn: principal.arn,
      }),
    }),
    AssumeRole: operation<AssumeRoleCommandInput, Out<AssumeRoleCommandOutput>>({
      mutates: true,
      resources: (input) => [input.RoleArn as string],
      async handler(input, { principal }) {
        const packed = packedPercent(input);
        if (packed > 100)
          throw new ApiError(
            'PackedPolicyTooLargeException',
            `Packed policy consumes ${packed}% of allotted space, please use smaller policy.`,
          );
        const session = await iam.assumeRole(principal, {
          roleArn: input.RoleArn as string,
          sessionName: input.RoleSessionName as string,
          durationSeconds: input.DurationSeconds ?? ASSUME_ROLE_SECONDS,
          ...(input.ExternalId === undefined ? {} : { externalId: input.ExternalId }),
          ...(input.Policy === undefined ? {} : { policy: input.Policy }),
          ...(input.SourceIdentity === undefined ? {} : { sourceIdentity: input.SourceIdentity }),
          policyArns: (input.PolicyArns ?? []).flatMap(({ arn }) => (arn ? [arn] : [])),
          tags: (input.Tags ?? []).map(({ Key, Value }) => ({ key: Key as string, value: Value as string })),
        });
        return {
          Credentials: shown(session.credentials),
          AssumedRoleUser: { AssumedRoleId: session.assumedRoleId, Arn: session.arn },
          PackedPolicySize: packed > 0 ? packed : undefined,
          SourceIdentity: input.SourceIdentity,
        };
      },
    }),
    GetSessionToken: operation<GetSessionTokenCommandInput, Out<GetSessionTokenCommandOutput>>({
      mutates: true,
      async handler(input, { principal }) {
        if (principal.kind === 'assumed-role')
          throw new ApiError('AccessDenied', 'Cannot call GetSessionToken with session credentials', {
            status: 403,
          });
        if (input.TokenCode !== undefined || input.SerialNumber !== undefined)
          throw new ApiError('AccessDenied', 'MultiFactorAuthentication failed: no device is registered.', {
            status: 403,
          });
        const asked = input.DurationSeconds ?? SESSION_TOKEN_SECONDS;
        const seconds = principal.kind === 'root' ? Math.min(asked, ROOT_SESSION_SECONDS) : asked;
        return { Credentials: shown(await iam.issueSession(principal, seconds)) };
      },
    }),
    GetAccessKeyInfo: operation<GetAccessKeyInfoCommandInput, Out<GetAccessKeyInfoCommandOutput>>({
      mutates: false,
      async handler(input) {
        const account = await iam.accountOfKey(input.AccessKeyId as string);
        if (!account)
          throw new ApiError('ValidationError', `Access key ID ${input.AccessKeyId} is not valid.`);
        return { Account: account };
      },
    }),
  };
}

function shown(credentials: TemporaryCredentials): Credentials {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: new Date(credentials.expiration),
  };
}

/** How much of the room for session policies and tags is used, in percent. */
function packedPercent(input: AssumeRoleCommandInput): number {
  const tags = (input.Tags ?? []).map(({ Key, Value }) => `${Key}${Value}`);
  const arns = (input.PolicyArns ?? []).map(({ arn }) => arn ?? '');
  const bytes = Buffer.byteLength([input.Policy ?? '', ...tags, ...arns].join(''));
  return Math.ceil((bytes / MAX_PACKED_BYTES) * 100);
}
