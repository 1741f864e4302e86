import { ApiError } from '../../../kernel/errors.ts';
import { newId, newOpaque } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type {
  CreateJoinTokenInput,
  CreateJoinTokenOutput,
  HostCredential,
  JoinHostInput,
  RenewHostCredentialInput,
} from '../../../pure/agent-protocol.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { instanceNameOf } from '../model/checks.ts';
import { hostIdentityArn, instanceArn } from '../model/ids.ts';
import type { CodeDeployParts } from '../parts.ts';
import { hashSecret, putHostKey, putJoinToken, turnHostKey, useJoinToken } from '../store/host-keys.ts';
import { findInstance, newInstance, putInstance } from '../store/instances.ts';

const TOKEN_SECONDS = 3600;
/** AWS's bound of an instance's session. */
const SESSION_SECONDS = 3600;
/** A host that was away for longer joins anew. */
const KEY_LIFE_MS = 90 * 24 * 3_600_000;

/**
 * How a host comes to its identity without a key that lasts: somebody makes a token for its name, its agent exchanges the
 * token once for a key of its own making, and turns that key for a new one with every session that it takes (D1.2).
 */
export function hostIdentityOperations(parts: CodeDeployParts): ServiceOperations {
  const { kernel } = parts;
  const { database, clock } = kernel;
  return {
    CreateJoinToken: operation({
      mutates: true,
      resources: (input: CreateJoinTokenInput, { scope }: RequestContext) => [
        `arn:aws:codedeploy:${scope.region}:${scope.account}:instance/${input.name ?? '*'}`,
      ],
      async handler(input: CreateJoinTokenInput, { scope }): Promise<CreateJoinTokenOutput> {
        const name = instanceNameOf(input.name);
        const token = newOpaque(32);
        const now = clock.wall();
        const expiresAt = now + (input.lifetimeSeconds ?? TOKEN_SECONDS) * 1000;
        await database.transaction((tx) =>
          putJoinToken(tx, scope, { hash: hashSecret(token), name, expiresAt }, now),
        );
        return { token, expiresAt: new Date(expiresAt) };
      },
    }),
    JoinHost: operation({
      mutates: true,
      async handler(input: JoinHostInput): Promise<HostCredential> {
        const name = instanceNameOf(input.name);
        const keyHash = hashSecret(input.key);
        const now = clock.wall();
        const scope = await database.transaction(async (tx): Promise<Scope> => {
          const token = await useJoinToken(tx, { hash: hashSecret(input.token), name, keyHash, now });
          if (!token) throw invalidToken(name);
          const of = { account: token.account, region: token.region };
          await admit(parts, tx, of, name);
          await putHostKey(tx, of, name, keyHash, now + KEY_LIFE_MS);
          return of;
        });
        return credential(parts, scope, name);
      },
    }),
    RenewHostCredential: operation({
      mutates: true,
      async handler(input: RenewHostCredentialInput): Promise<HostCredential> {
        const now = clock.wall();
        const turn = { hash: hashSecret(input.key), nextHash: hashSecret(input.nextKey) };
        const row = await database.transaction((tx) =>
          turnHostKey(tx, { ...turn, now, expiresAt: now + KEY_LIFE_MS }),
        );
        if (!row) {
          const message =
            'The key of this host is not known (any more). It must join anew, with a fresh token.';
          throw new ApiError('HostNotRegisteredException', message, { status: 401 });
        }
        return credential(parts, { account: row.account, region: row.region }, row.name);
      },
    }),
  };
}

/** The host is registered, for the identity of its agent and no other. */
async function admit(
  { kernel }: CodeDeployParts,
  tx: Parameters<typeof putInstance>[0],
  scope: Scope,
  name: string,
): Promise<void> {
  const before = await findInstance(tx, scope, name);
  const arn = hostIdentityArn(scope.account, name);
  if (before && before.deregistered_at === null) {
    if (before.iam_session_arn === arn) return;
    const message = `The host ${name} is registered for another identity already; deregister it first.`;
    throw new ApiError('AccessDeniedException', message, { status: 403 });
  }
  const instance = instanceArn(scope.region, scope.account, name, newId().slice(0, 8));
  const identity = { iam_user_arn: null, iam_session_arn: arn };
  await putInstance(tx, scope, newInstance(name, instance, identity, kernel.clock.now(), before));
}

async function credential({ iam }: CodeDeployParts, scope: Scope, name: string): Promise<HostCredential> {
  const { accessKeyId, secretAccessKey, sessionToken } = await iam.issueSession(
    {
      account: scope.account,
      arn: hostIdentityArn(scope.account, name),
      userId: `host:${name}`,
      accessKeyId: '',
      kind: 'host',
    },
    SESSION_SECONDS,
  );
  return {
    account: scope.account,
    region: scope.region,
    name,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    lifetimeSeconds: SESSION_SECONDS,
  };
}

function invalidToken(name: string): ApiError {
  return new ApiError(
    'InvalidJoinTokenException',
    `The token is not for ${name}, was used before, or is over. Make a fresh one: pipewright agent token --name ${name}`,
    { status: 401 },
  );
}
