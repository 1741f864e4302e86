import { type ConditionContext, conditionsHold } from './conditions.ts';
import type { PolicyDocument, PrincipalSet, Statement } from './policy-document.ts';
import { matchesAction } from './wildcard.ts';

/** Who wants to take on a role. */
export type Caller =
  | {
      readonly kind: 'aws';
      readonly account: string;
      /** The ARN the request was signed for: user, root or `arn:aws:sts::…:assumed-role/…`. */
      readonly arn: string;
      /** The role's own ARN when the caller is a role session. */
      readonly roleArn: string | undefined;
      /** `AIDA…` or `AROA…:session`. */
      readonly userId: string;
    }
  | { readonly kind: 'service'; readonly service: string };

export interface TrustQuestion {
  readonly action: 'sts:AssumeRole' | 'sts:TagSession' | 'sts:SetSourceIdentity';
  readonly caller: Caller;
  readonly context: ConditionContext;
}

/**
 * Whether a role's trust policy lets the caller in. An explicit deny wins; without an allow the answer is no, also
 * for callers of the role's own account.
 */
export function trusts(policy: PolicyDocument, question: TrustQuestion): boolean {
  const fitting = policy.statements.filter((statement) => applies(statement, question));
  return fitting.length > 0 && fitting.every((statement) => statement.effect === 'Allow');
}

function applies(statement: Statement, question: TrustQuestion): boolean {
  return (
    actionFits(statement, question.action) &&
    principalFits(statement, question.caller) &&
    conditionsHold(statement.conditions, question.context)
  );
}

function actionFits(statement: Statement, action: string): boolean {
  if (statement.notActions.length > 0)
    return !statement.notActions.some((pattern) => matchesAction(pattern, action));
  return statement.actions.some((pattern) => matchesAction(pattern, action));
}

function principalFits(statement: Statement, caller: Caller): boolean {
  if (statement.notPrincipal) return !setNames(statement.notPrincipal, caller);
  return statement.principal !== undefined && setNames(statement.principal, caller);
}

function setNames(set: PrincipalSet, caller: Caller): boolean {
  // A bare star means everybody who has signed with AWS keys; services are always named.
  if (set === '*') return caller.kind === 'aws';
  if (caller.kind === 'service') return (set['Service'] ?? []).includes(caller.service);
  return (set['AWS'] ?? []).some((name) => namesCaller(name, caller));
}

function namesCaller(name: string, caller: Extract<Caller, { kind: 'aws' }>): boolean {
  if (name === '*') return true;
  // A whole account, as its number or as its root.
  if (name === caller.account || name === `arn:aws:iam::${caller.account}:root`) return true;
  if (name === caller.arn || name === caller.roleArn) return true;
  const uniqueId = caller.userId.split(':')[0];
  return name === uniqueId && /^A(IDA|ROA)/.test(name);
}
