import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatArn, parseArn } from './arn.ts';

test('an ARN is taken apart, colons in the resource stay', () => {
  expect(parseArn('arn:aws:codebuild:eu-west-1:111111111111:build/web:42')).toEqual({
    partition: 'aws',
    service: 'codebuild',
    region: 'eu-west-1',
    account: '111111111111',
    resource: 'build/web:42',
  });
  expect(parseArn('arn:aws:s3:::bucket/key')).toMatchObject({
    region: '',
    account: '',
    resource: 'bucket/key',
  });
});

test('what is not an ARN is not taken for one', () => {
  for (const text of ['', 'arn', 'arn:aws:s3:::', 'urn:aws:s3:::b', 'arn::s3:::b', 'arn:aws::::b'])
    expect(parseArn(text), text).toBeUndefined();
});

test('what is formatted is parsed back', () => {
  const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
  const arn = fc.record({
    partition: word,
    service: word,
    region: word,
    account: word,
    resource: fc.string({ minLength: 1 }),
  });
  fc.assert(
    fc.property(arn, (parts) => {
      expect(parseArn(formatArn(parts))).toEqual(parts);
    }),
  );
});
