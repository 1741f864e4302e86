import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PolicyKind, parsePolicyDocument } from './policy-document.ts';

const problem = (statement: unknown, kind: PolicyKind = 'identity', top: object = {}) => {
  const parsed = parsePolicyDocument(
    JSON.stringify({ Version: '2012-10-17', Statement: statement, ...top }),
    kind,
  );
  return parsed.kind === 'malformed' ? parsed.message : undefined;
};
const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };

test('one statement or several, one name or several, are read alike', () => {
  const parsed = parsePolicyDocument(
    JSON.stringify({
      Statement: { ...good, Sid: 'A1', Condition: { StringLike: { 'aws:username': ['a*', 'b'] } } },
    }),
    'identity',
  );
  expect(parsed).toEqual({
    kind: 'document',
    document: {
      version: '2008-10-17',
      statements: [
        {
          sid: 'A1',
          effect: 'Allow',
          principal: undefined,
          notPrincipal: undefined,
          actions: ['s3:GetObject'],
          notActions: [],
          resources: ['arn:aws:s3:::b/*'],
          notResources: [],
          conditions: [{ operator: 'StringLike', key: 'aws:username', values: ['a*', 'b'] }],
        },
      ],
    },
  });
});

test('what is wrong is said', () => {
  expect(problem([good])).toBeUndefined();
  expect(problem([])).toMatch(/must contain a statement/);
  expect(problem([good], 'identity', { Version: '2020-01-01' })).toMatch(/valid version/);
  expect(problem([good], 'identity', { Extra: 1 })).toMatch(/unknown field Extra/);
  expect(problem([{ ...good, Effect: 'allow' }])).toMatch(/Effect of Allow or Deny/);
  expect(problem([{ ...good, Action: 'GetObject' }])).toMatch(/prefaced by a vendor/);
  expect(problem([{ ...good, NotAction: 's3:*' }])).toMatch(/must contain actions/);
  expect(problem([{ ...good, Resource: 'bucket' }])).toMatch(/ARN format/);
  expect(problem([{ ...good, Principal: '*' }])).toMatch(/should not specify a principal/);
  expect(problem([{ ...good, Sid: 'has space' }])).toMatch(/alpha-numeric/);
  expect(
    problem([
      { ...good, Sid: 'A' },
      { ...good, Sid: 'A' },
    ]),
  ).toMatch(/must be unique/);
  expect(problem([{ ...good, Condition: { StringEqual: { a: 'b' } } }])).toMatch(
    /Invalid Condition type : StringEqual/,
  );
  expect(problem([{ ...good, Extra: 1 }])).toMatch(/unknown field Extra/);
});

test('a trust policy has principals, speaks of sts only, and names no resource', () => {
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'codebuild.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  expect(problem([trust], 'trust')).toBeUndefined();
  expect(problem([{ ...trust, Resource: '*' }], 'trust')).toBe('Has prohibited field Resource');
  expect(problem([{ Effect: 'Allow', Action: 'sts:AssumeRole' }], 'trust')).toBe(
    'Missing required field Principal',
  );
  expect(problem([{ ...trust, Action: 's3:*' }], 'trust')).toMatch(/only specify STS/);
  expect(problem([{ ...trust, Principal: { AWS: 'nobody' } }], 'trust')).toBe(
    'Invalid principal in policy: "AWS":"nobody"',
  );
  expect(problem([{ ...trust, Principal: { Robot: 'x' } }], 'trust')).toMatch(/Invalid principal/);
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parsePolicyDocument(text, 'identity').kind).toMatch(/document|malformed/);
    }),
  );
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('Sid', 'Effect', 'Action', 'Resource', 'Condition', 'Principal'),
        fc.jsonValue(),
      ),
      (s) => {
        expect(['string', 'undefined']).toContain(typeof problem([s]));
      },
    ),
  );
});
