import { formatArn, parseArn } from '../../../pure/arn.ts';

export type IdentityKind = 'user' | 'role';

/** `arn:aws:iam::<account>:user<path><name>`; a path begins and ends with `/`. */
export function identityArn(account: string, kind: IdentityKind, path: string, name: string): string {
  return formatArn({ service: 'iam', region: '', account, resource: `${kind}${path}${name}` });
}

export function policyArn(account: string, path: string, name: string): string {
  return formatArn({ service: 'iam', region: '', account, resource: `policy${path}${name}` });
}

export function rootArn(account: string): string {
  return formatArn({ service: 'iam', region: '', account, resource: 'root' });
}

export function sessionArn(account: string, roleName: string, sessionName: string): string {
  return formatArn({
    service: 'sts',
    region: '',
    account,
    resource: `assumed-role/${roleName}/${sessionName}`,
  });
}

/** Account, path and name of a role's ARN; undefined when the text is none. */
export function parseRoleArn(text: string): { account: string; path: string; name: string } | undefined {
  const arn = parseArn(text);
  const match = /^role(\/(?:.*\/)?)([^/]+)$/.exec(arn?.resource ?? '');
  if (!arn || arn.service !== 'iam' || !match) return undefined;
  return { account: arn.account, path: match[1] as string, name: match[2] as string };
}

/** The role's name in `arn:aws:sts::…:assumed-role/<role>/<session>`. */
export function sessionRoleName(arn: string): string | undefined {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'sts') return undefined;
  return /^assumed-role\/([^/]+)\//.exec(parsed.resource)?.[1];
}
