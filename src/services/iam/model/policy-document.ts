import { isConditionOperator } from './conditions.ts';

/** One statement with every list made explicit. */
export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principal: PrincipalSet | undefined;
  readonly notPrincipal: PrincipalSet | undefined;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly conditions: readonly Condition[];
}

/** `'*'`, or names by type (`AWS`, `Service`, `Federated`, `CanonicalUser`). */
export type PrincipalSet = '*' | Readonly<Record<string, readonly string[]>>;

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface PolicyDocument {
  readonly version: string;
  readonly statements: readonly Statement[];
}

/** What a document is for decides which fields it may and must have. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

export type ParsedPolicy =
  | { readonly kind: 'document'; readonly document: PolicyDocument }
  /** `message` in AWS's words, for `MalformedPolicyDocument`. */
  | { readonly kind: 'malformed'; readonly message: string };

const VERSIONS = ['2012-10-17', '2008-10-17'];
const PRINCIPAL_TYPES = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
const FIELDS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

class Malformed extends Error {}

/** Parses and checks a policy document. */
export function parsePolicyDocument(text: string, kind: PolicyKind): ParsedPolicy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'malformed', message: 'This policy contains invalid Json' };
  }
  try {
    return { kind: 'document', document: document(json, kind) };
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', message: error.message };
    throw error;
  }
}

function document(json: unknown, kind: PolicyKind): PolicyDocument {
  const top = record(json, 'Syntax errors in policy.');
  for (const name of Object.keys(top))
    if (!['Version', 'Id', 'Statement'].includes(name))
      throw new Malformed(`Syntax error: unknown field ${name}.`);
  const version = top['Version'] ?? '2008-10-17';
  if (typeof version !== 'string' || !VERSIONS.includes(version))
    throw new Malformed('The policy must contain a valid version string');
  const raw = Array.isArray(top['Statement']) ? (top['Statement'] as unknown[]) : [top['Statement']];
  if (top['Statement'] === undefined || raw.length === 0)
    throw new Malformed('Syntax errors in policy: the policy must contain a statement.');
  const statements = raw.map((item, n) => statement(item, kind, `Statement ${n + 1}`));
  const sids = statements.flatMap((item) => (item.sid ? [item.sid] : []));
  if (new Set(sids).size < sids.length)
    throw new Malformed('Statement IDs (SID) in a single policy must be unique.');
  return { version, statements };
}

function statement(json: unknown, kind: PolicyKind, place: string): Statement {
  const raw = record(json, `Syntax errors in policy: ${place} is not an object.`);
  for (const name of Object.keys(raw))
    if (!FIELDS.includes(name)) throw new Malformed(`Syntax error: ${place} has the unknown field ${name}.`);
  const effect = raw['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new Malformed(`Syntax error: ${place} must have an Effect of Allow or Deny.`);
  const parsed: Statement = {
    sid: sid(raw['Sid'], kind),
    effect,
    principal: principals(raw['Principal'], place),
    notPrincipal: principals(raw['NotPrincipal'], place),
    actions: strings(raw['Action'], `${place}: Action`),
    notActions: strings(raw['NotAction'], `${place}: NotAction`),
    resources: strings(raw['Resource'], `${place}: Resource`),
    notResources: strings(raw['NotResource'], `${place}: NotResource`),
    conditions: conditions(raw['Condition'], place),
  };
  checkActions(raw, parsed, kind);
  checkResources(raw, parsed, kind);
  checkPrincipals(raw, kind);
  return parsed;
}

function checkActions(raw: Record<string, unknown>, parsed: Statement, kind: PolicyKind): void {
  if ((raw['Action'] === undefined) === (raw['NotAction'] === undefined))
    throw new Malformed('Policy statement must contain actions.');
  const named = [...parsed.actions, ...parsed.notActions];
  if (named.length === 0) throw new Malformed('Policy statement must contain actions.');
  for (const action of named) {
    if (action === '*') continue;
    const [vendor, name, ...rest] = action.split(':');
    if (!vendor || !name || rest.length > 0)
      throw new Malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    if (!/^[A-Za-z0-9-]+$/.test(vendor)) throw new Malformed(`Vendor ${vendor} is not valid`);
    if (kind === 'trust' && vendor.toLowerCase() !== 'sts')
      throw new Malformed('AssumeRole policy may only specify STS AssumeRole actions.');
  }
}

function checkResources(raw: Record<string, unknown>, parsed: Statement, kind: PolicyKind): void {
  if (kind === 'trust') {
    if (raw['Resource'] !== undefined) throw new Malformed('Has prohibited field Resource');
    if (raw['NotResource'] !== undefined) throw new Malformed('Has prohibited field NotResource');
    return;
  }
  const named = [...parsed.resources, ...parsed.notResources];
  if ((raw['Resource'] === undefined) === (raw['NotResource'] === undefined) || named.length === 0)
    throw new Malformed('Policy statement must contain resources.');
  for (const resource of named) {
    if (resource !== '*' && !resource.startsWith('arn:'))
      throw new Malformed(`Resource ${resource} must be in ARN format or "*".`);
  }
}

function checkPrincipals(raw: Record<string, unknown>, kind: PolicyKind): void {
  const has = raw['Principal'] !== undefined || raw['NotPrincipal'] !== undefined;
  if (kind === 'identity' && has) throw new Malformed('Policy document should not specify a principal.');
  if (kind !== 'identity' && !has) throw new Malformed('Missing required field Principal');
}

function sid(value: unknown, kind: PolicyKind): string | undefined {
  if (value === undefined) return undefined;
  // Resource policies may have blanks in it, identity policies may not.
  const allowed = kind === 'identity' ? /^[A-Za-z0-9]*$/ : /^[A-Za-z0-9 _-]*$/;
  if (typeof value !== 'string' || !allowed.test(value))
    throw new Malformed(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  return value;
}

function principals(value: unknown, place: string): PrincipalSet | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return '*';
  const raw = record(value, `Syntax error: ${place} has an invalid Principal.`);
  const set: Record<string, readonly string[]> = {};
  for (const [type, names] of Object.entries(raw)) {
    if (!PRINCIPAL_TYPES.includes(type)) throw new Malformed(`Invalid principal in policy: "${type}"`);
    const list = strings(names, `${place}: Principal`);
    for (const name of list)
      if (
        type === 'AWS' &&
        !/^(\*|\d{12}|arn:[a-z-]+:(iam|sts)::(\d{12}|\*):.+|A(IDA|ROA)[A-Z0-9]{12,})$/.test(name)
      )
        throw new Malformed(`Invalid principal in policy: "AWS":"${name}"`);
    set[type] = list;
  }
  if (Object.keys(set).length === 0) throw new Malformed(`Syntax error: ${place} has an empty Principal.`);
  return set;
}

function conditions(value: unknown, place: string): Condition[] {
  if (value === undefined) return [];
  const raw = record(value, `Syntax error: ${place} has an invalid Condition.`);
  return Object.entries(raw).flatMap(([operator, keys]) => {
    if (!isConditionOperator(operator)) throw new Malformed(`Invalid Condition type : ${operator}.`);
    const byKey = record(keys, `Syntax error: ${place} has an invalid Condition.`);
    return Object.entries(byKey).map(([key, values]) => ({
      operator,
      key,
      values: (Array.isArray(values) ? (values as unknown[]) : [values]).map((one) => {
        if (typeof one === 'object')
          throw new Malformed(`Syntax error: ${place} has an invalid Condition value.`);
        return String(one);
      }),
    }));
  });
}

function strings(value: unknown, what: string): readonly string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (!list.every((item): item is string => typeof item === 'string'))
    throw new Malformed(`Syntax error: ${what} must be a string or a list of strings.`);
  return list;
}

function record(value: unknown, message: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(message);
  return value as Record<string, unknown>;
}
