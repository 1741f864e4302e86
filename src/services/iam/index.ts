import type { Kernel } from '../../kernel/kernel.ts';
import { ensureAccount, rootOf } from './accounts.ts';
import { assumeRole, assumeServiceRole, findRole } from './assume-role.ts';
import { createCredentialStore } from './credentials.ts';
import type { IamRoom } from './face.ts';
import { createGitPasswords } from './git-passwords.ts';
import { type PolicyKind, parsePolicyDocument } from './model/policy-document.ts';
import { iamOperations } from './operations/index.ts';
import { issueSession, isThere, sessionsRule, standingOf } from './sessions.ts';
import { iamMigrations } from './tables.ts';

export type {
  AccessKey,
  AssumedRole,
  AssumeRoleRequest,
  IamRoom,
  ServiceRoleRequest,
  SessionDetails,
  Standing,
  TemporaryCredentials,
} from './face.ts';

export { rootOf };

/** What is wrong with a policy document, in AWS's words; undefined when nothing is. */
export function policyDocumentProblem(text: string, kind: PolicyKind): string | undefined {
  const parsed = parsePolicyDocument(text, kind);
  return parsed.kind === 'malformed' ? parsed.message : undefined;
}

/** The room of accounts, users, roles and their keys. */
export function createIamRoom(kernel: Kernel): IamRoom {
  return {
    name: 'iam',
    migrations: iamMigrations,
    aggregates: [],
    tasks: [],
    retention: [sessionsRule(kernel)],
    operations: { iam: iamOperations(kernel) },
    credentials: createCredentialStore(kernel),
    ensureAccount: (account) => ensureAccount(kernel, account),
    assumeServiceRole: (request) => assumeServiceRole(kernel, request),
    assumeRole: (caller, request) => assumeRole(kernel, caller, request),
    issueSession: (principal, seconds, details) => issueSession(kernel, principal, seconds, details),
    standingOf: (principal) => standingOf(kernel, principal),
    isThere: (principal) => isThere(kernel, principal),
    async accountOfKey(accessKeyId) {
      const [row] = await kernel.database.read.query<{ account: string }>(
        `select account from iam_access_keys where access_key_id = ?
         union all select account from iam_sessions where access_key_id = ?`,
        [accessKeyId, accessKeyId],
      );
      return row?.account;
    },
    verifyGitCredential: createGitPasswords(kernel),
    roleExists: async (tx, roleArn) => (await findRole(tx, roleArn)) !== undefined,
  };
}
