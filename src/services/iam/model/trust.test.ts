import { expect, test } from 'vitest';
import { type ConditionContext, conditionsHold } from './conditions.ts';
import { parsePolicyDocument } from './policy-document.ts';
import { type Caller, type TrustQuestion, trusts } from './trust.ts';

const user: Caller = {
  kind: 'aws',
  account: '111111111111',
  arn: 'arn:aws:iam::111111111111:user/ada',
  roleArn: undefined,
  userId: 'AIDAABCDEFGHIJKLMNOPQ',
};
const session: Caller = {
  kind: 'aws',
  account: '222222222222',
  arn: 'arn:aws:sts::222222222222:assumed-role/deploy/run-1',
  roleArn: 'arn:aws:iam::222222222222:role/teams/deploy',
  userId: 'AROAABCDEFGHIJKLMNOPQ:run-1',
};
const service: Caller = { kind: 'service', service: 'codebuild.amazonaws.com' };

function ask(
  caller: Caller,
  statements: object[],
  context: ConditionContext = {},
  action: TrustQuestion['action'] = 'sts:AssumeRole',
): boolean {
  const filled = statements.map((statement) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }));
  const parsed = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: filled }), 'trust');
  if (parsed.kind === 'malformed') throw new Error(parsed.message);
  return trusts(parsed.document, { action, caller, context });
}

test('principals are matched by account, root, user, role, session and unique id', () => {
  const names = (AWS: string, caller: Caller) => ask(caller, [{ Principal: { AWS } }]);
  expect(names('111111111111', user)).toBe(true);
  expect(names('arn:aws:iam::111111111111:root', user)).toBe(true);
  expect(names('arn:aws:iam::111111111111:user/ada', user)).toBe(true);
  expect(names('AIDAABCDEFGHIJKLMNOPQ', user)).toBe(true);
  expect(names('*', user)).toBe(true);
  expect(names('222222222222', user)).toBe(false);
  expect(names('arn:aws:iam::111111111111:user/*', user)).toBe(false);
  expect(names('arn:aws:iam::222222222222:role/teams/deploy', session)).toBe(true);
  expect(names('arn:aws:iam::222222222222:role/deploy', session)).toBe(false);
  expect(names('arn:aws:sts::222222222222:assumed-role/deploy/run-1', session)).toBe(true);
  expect(names('arn:aws:sts::222222222222:assumed-role/deploy/run-2', session)).toBe(false);
  expect(names('AROAABCDEFGHIJKLMNOPQ', session)).toBe(true);
});

test('services are named as services, and a star does not mean them', () => {
  expect(ask(service, [{ Principal: { Service: ['ec2.amazonaws.com', 'codebuild.amazonaws.com'] } }])).toBe(
    true,
  );
  expect(ask(service, [{ Principal: { Service: 'codedeploy.amazonaws.com' } }])).toBe(false);
  expect(ask(service, [{ Principal: '*' }])).toBe(false);
  expect(ask(user, [{ Principal: { Service: 'codebuild.amazonaws.com' } }])).toBe(false);
});

test('an explicit deny wins, and nothing is allowed by silence', () => {
  const allow = { Principal: { AWS: '*' } };
  expect(ask(user, [allow, { Effect: 'Deny', Principal: { AWS: '111111111111' } }])).toBe(false);
  expect(ask(session, [allow, { Effect: 'Deny', Principal: { AWS: '111111111111' } }])).toBe(true);
  expect(ask(user, [{ Principal: { AWS: '222222222222' } }])).toBe(false);
  expect(ask(user, [allow, { Effect: 'Deny', NotPrincipal: { AWS: '222222222222' } }])).toBe(false);
});

test('actions match in any case and by wildcard; others need their own allow', () => {
  expect(ask(user, [{ Principal: '*', Action: 'STS:assume*' }])).toBe(true);
  expect(ask(user, [{ Principal: '*' }], {}, 'sts:TagSession')).toBe(false);
  expect(
    ask(user, [{ Principal: '*', Action: ['sts:AssumeRole', 'sts:TagSession'] }], {}, 'sts:TagSession'),
  ).toBe(true);
});

test('the external id must be the one that is asked for', () => {
  const statement = { Principal: '*', Condition: { StringEquals: { 'sts:ExternalId': 'word' } } };
  expect(ask(user, [statement], { 'sts:externalid': 'word' })).toBe(true);
  expect(ask(user, [statement], { 'sts:externalid': 'other' })).toBe(false);
  expect(ask(user, [statement])).toBe(false);
});

test('conditions: every operator, its negation, IfExists, and the set forms (F10.1)', () => {
  const context: ConditionContext = {
    'aws:username': 'ada',
    'aws:sourceip': '10.1.2.3',
    'aws:currenttime': '2026-06-01T00:00:00Z',
    'aws:securetransport': 'true',
    'aws:tagkeys': ['team', 'cost'],
    'aws:principalarn': 'arn:aws:iam::111111111111:role/teams/deploy',
    n: '5',
    v6: '2001:db8::1',
  };
  const holds = (operator: string, key: string, ...values: string[]) =>
    conditionsHold([{ operator, key, values }], context);
  expect(holds('StringEquals', 'AWS:UserName', 'bo', 'ada')).toBe(true);
  expect(holds('StringNotEquals', 'aws:username', 'bo', 'ada')).toBe(false);
  expect(holds('StringEqualsIgnoreCase', 'aws:username', 'ADA')).toBe(true);
  expect(holds('StringLike', 'aws:username', 'a?a')).toBe(true);
  expect(holds('StringEquals', 'missing', 'x')).toBe(false);
  expect(holds('StringNotEquals', 'missing', 'x')).toBe(true);
  expect(holds('StringEqualsIfExists', 'missing', 'x')).toBe(true);
  expect(holds('StringEqualsIfExists', 'aws:username', 'x')).toBe(false);
  expect(holds('ArnLike', 'aws:principalarn', 'arn:aws:iam::*:role/teams/*')).toBe(true);
  expect(holds('ArnLike', 'aws:principalarn', 'arn:aws:iam::*:user/*')).toBe(false);
  expect(holds('IpAddress', 'aws:sourceip', '10.1.0.0/16')).toBe(true);
  expect(holds('IpAddress', 'aws:sourceip', '10.2.0.0/16')).toBe(false);
  expect(holds('NotIpAddress', 'aws:sourceip', '10.2.0.0/16')).toBe(true);
  expect(holds('IpAddress', 'v6', '2001:db8::/32')).toBe(true);
  expect(holds('IpAddress', 'v6', '10.0.0.0/8')).toBe(false);
  expect(holds('DateLessThan', 'aws:currenttime', '2027-01-01T00:00:00Z')).toBe(true);
  expect(holds('DateGreaterThan', 'aws:currenttime', '2027-01-01T00:00:00Z')).toBe(false);
  expect(holds('Bool', 'aws:securetransport', 'true')).toBe(true);
  expect(holds('NumericLessThanEquals', 'n', '5')).toBe(true);
  expect(holds('NumericGreaterThan', 'n', '5')).toBe(false);
  expect(holds('Null', 'missing', 'true')).toBe(true);
  expect(holds('Null', 'aws:username', 'true')).toBe(false);
  expect(holds('ForAllValues:StringEquals', 'aws:tagkeys', 'team', 'cost', 'x')).toBe(true);
  expect(holds('ForAllValues:StringEquals', 'aws:tagkeys', 'team')).toBe(false);
  expect(holds('ForAllValues:StringEquals', 'missing', 'team')).toBe(true);
  expect(holds('ForAnyValue:StringEquals', 'aws:tagkeys', 'cost')).toBe(true);
  expect(holds('ForAnyValue:StringEquals', 'missing', 'cost')).toBe(false);
  expect(holds('Unknown', 'n', '5')).toBe(false);
});
