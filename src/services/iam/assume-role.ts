import type { Reader, Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { parseArn } from '../../pure/arn.ts';
import type { Principal } from '../../wire/operation.ts';
import type {
  AssumedRole,
  AssumeRoleRequest,
  ServiceRoleRequest,
  SessionDetails,
  TemporaryCredentials,
} from './face.ts';
import { findIdentity } from './identities.ts';
import { identityArn, parseRoleArn, sessionArn, sessionRoleName } from './model/arns.ts';
import type { ConditionContext } from './model/conditions.ts';
import { type PolicyDocument, parsePolicyDocument } from './model/policy-document.ts';
import { type Caller, type TrustQuestion, trusts } from './model/trust.ts';
import { writeSession } from './sessions.ts';
import type { IdentityRow } from './tables.ts';

const ONE_HOUR = 3600;

/** `sts:AssumeRole`: the trust policy decides, also for callers of the role's own account. */
export async function assumeRole(
  kernel: Kernel,
  caller: Principal,
  request: AssumeRoleRequest,
): Promise<AssumedRole> {
  if (request.policy !== undefined) checkSessionPolicy(request.policy);
  return kernel.database.transaction(async (tx) => {
    const who = await describeCaller(tx, caller);
    const refused = denied(
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${request.roleArn}`,
    );
    const role = await findRole(tx, request.roleArn);
    if (!role) throw refused;
    const context = callerContext(kernel, caller, who, request);
    const actions: TrustQuestion['action'][] = ['sts:AssumeRole'];
    if (request.tags?.length) actions.push('sts:TagSession');
    if (request.sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
    const policy = trustOf(role);
    if (!actions.every((action) => trusts(policy, { action, caller: who, context }))) throw refused;
    checkDuration(role, request.durationSeconds, caller.kind === 'assumed-role');
    return openRoleSession(kernel, tx, role, request.sessionName, request.durationSeconds, {
      policy: request.policy,
      policyArns: request.policyArns,
      tags: request.tags,
      sourceIdentity: request.sourceIdentity,
    });
  });
}

/** A role taken on by a service of this house. */
export async function assumeServiceRole(
  kernel: Kernel,
  request: ServiceRoleRequest,
): Promise<TemporaryCredentials> {
  return kernel.database.transaction(async (tx) => {
    const role = await findRole(tx, request.roleArn);
    const caller: Caller = { kind: 'service', service: request.service };
    const context = serviceContext(kernel, request);
    if (!role || !trusts(trustOf(role), { action: 'sts:AssumeRole', caller, context }))
      throw denied(
        `${request.service} is not authorized to perform: sts:AssumeRole on role ${request.roleArn}`,
      );
    checkDuration(role, request.durationSeconds, false);
    const session = await openRoleSession(kernel, tx, role, request.sessionName, request.durationSeconds, {});
    return session.credentials;
  });
}

/** The role of an ARN; its path must fit too. */
export async function findRole(reader: Reader | Tx, roleArn: string): Promise<IdentityRow | undefined> {
  const parsed = parseRoleArn(roleArn);
  if (!parsed) return undefined;
  const role = await findIdentity(reader, parsed.account, 'role', parsed.name);
  return role?.path === parsed.path ? role : undefined;
}

async function openRoleSession(
  kernel: Kernel,
  tx: Tx,
  role: IdentityRow,
  sessionName: string,
  durationSeconds: number,
  details: SessionDetails,
): Promise<AssumedRole> {
  const arn = sessionArn(role.account, role.name, sessionName);
  const assumedRoleId = `${role.id}:${sessionName}`;
  const principal: Principal = {
    account: role.account,
    arn,
    userId: assumedRoleId,
    accessKeyId: '',
    kind: 'assumed-role',
  };
  const credentials = await writeSession(kernel, tx, principal, durationSeconds, details);
  return { credentials, assumedRoleId, arn };
}

/** Trust policies name roles by their own ARN, with its path, which a session's ARN leaves out. */
async function describeCaller(tx: Tx, caller: Principal): Promise<Extract<Caller, { kind: 'aws' }>> {
  const roleName = sessionRoleName(caller.arn);
  const role = roleName === undefined ? undefined : await findIdentity(tx, caller.account, 'role', roleName);
  return {
    kind: 'aws',
    account: caller.account,
    arn: caller.arn,
    roleArn: role && identityArn(role.account, 'role', role.path, role.name),
    userId: caller.userId,
  };
}

/** What AWS's own examples ask of a service: that it works for this account, or for this project of it. */
function serviceContext(kernel: Kernel, { service, sourceArn }: ServiceRoleRequest): ConditionContext {
  return {
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': service,
    'aws:sourcearn': sourceArn,
    'aws:sourceaccount': parseArn(sourceArn)?.account ?? '',
    ...timeContext(kernel),
  };
}

function timeContext(kernel: Kernel) {
  const now = kernel.clock.wall();
  return {
    'aws:currenttime': new Date(now).toISOString(),
    'aws:epochtime': String(Math.floor(now / 1000)),
  };
}

function callerContext(
  kernel: Kernel,
  caller: Principal,
  who: Extract<Caller, { kind: 'aws' }>,
  request: AssumeRoleRequest,
): ConditionContext {
  const context: Record<string, string | readonly string[]> = {
    'aws:principalaccount': caller.account,
    'aws:principalarn': who.roleArn ?? caller.arn,
    'aws:principaltype': {
      root: 'Account',
      user: 'User',
      'assumed-role': 'AssumedRole',
      host: 'AssumedRole',
      anonymous: 'Anonymous',
    }[caller.kind],
    'aws:userid': caller.userId,
    'aws:principalisawsservice': 'false',
    ...timeContext(kernel),
    'sts:rolesessionname': request.sessionName,
  };
  if (caller.kind === 'user') context['aws:username'] = caller.arn.split('/').at(-1) as string;
  if (request.externalId !== undefined) context['sts:externalid'] = request.externalId;
  if (request.sourceIdentity !== undefined) context['sts:sourceidentity'] = request.sourceIdentity;
  for (const { key, value } of request.tags ?? []) context[`aws:requesttag/${key.toLowerCase()}`] = value;
  if (request.tags?.length) context['aws:tagkeys'] = request.tags.map(({ key }) => key);
  return context;
}

function checkDuration(role: IdentityRow, seconds: number, chained: boolean): void {
  if (chained && seconds > ONE_HOUR)
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  if (seconds > role.max_session)
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
}

function checkSessionPolicy(text: string): void {
  const parsed = parsePolicyDocument(text, 'identity');
  if (parsed.kind === 'malformed') throw new ApiError('MalformedPolicyDocumentException', parsed.message);
}

function trustOf(role: IdentityRow): PolicyDocument {
  const parsed = parsePolicyDocument(role.trust, 'trust');
  // What was stored had been checked; a document that no longer parses lets nobody in.
  return parsed.kind === 'document' ? parsed.document : { version: '2012-10-17', statements: [] };
}

function denied(message: string): ApiError {
  return new ApiError('AccessDenied', message, { status: 403 });
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationError', message);
}
