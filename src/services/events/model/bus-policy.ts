/** Whether a bus's resource policy lets an account put events (A5.3). Without a statement that allows, nobody else may. */
export function policyAllowsPut(policy: string | null, account: string, busArn: string): boolean {
  if (policy === null) return false;
  const document = JSON.parse(policy) as { readonly Statement?: unknown };
  const statements = list(document.Statement)
    .filter(isRecord)
    .filter((each) => concerns(each, account, busArn));
  const effects = statements.map((each) => each['Effect']);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function concerns(statement: Record<string, unknown>, account: string, busArn: string): boolean {
  // A condition that cannot be judged: an Allow does not count, a Deny does.
  if (statement['Condition'] !== undefined && statement['Effect'] !== 'Deny') return false;
  return (
    list(statement['Principal']).some((each) => namesAccount(each, account)) &&
    list(statement['Action']).some((each) => ['events:PutEvents', 'events:*', '*'].includes(String(each))) &&
    (statement['Resource'] === undefined ||
      list(statement['Resource']).some((each) => each === '*' || each === busArn))
  );
}

function namesAccount(principal: unknown, account: string): boolean {
  if (isRecord(principal)) return list(principal['AWS']).some((each) => namesAccount(each, account));
  return principal === '*' || principal === account || principal === `arn:aws:iam::${account}:root`;
}

function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: unknown;
}

/** Puts a statement in place of the one with the same id. */
export function withStatement(policy: string | null, statement: PolicyStatement): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [...statementsWithout(policy, statement.Sid), statement],
  });
}

/** Without the statement of this id: undefined when there is none, null when no statement is left. */
export function withoutStatement(policy: string | null, id: string): string | null | undefined {
  const rest = statementsWithout(policy, id);
  if (
    policy === null ||
    rest.length === list((JSON.parse(policy) as { Statement?: unknown }).Statement).length
  ) {
    return undefined;
  }
  return rest.length === 0 ? null : JSON.stringify({ Version: '2012-10-17', Statement: rest });
}

function statementsWithout(policy: string | null, id: string): readonly unknown[] {
  if (policy === null) return [];
  const { Statement } = JSON.parse(policy) as { readonly Statement?: unknown };
  return list(Statement).filter((each) => !isRecord(each) || each['Sid'] !== id);
}
