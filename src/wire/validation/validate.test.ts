import { expect, test } from 'vitest';
import type { ApiError } from '../../kernel/errors.ts';
import type { CompactShape } from '../models/compact.ts';
import { linkModel } from '../models/load.ts';
import { loadServiceModel } from '../models/service-model.ts';
import { validate } from './validate.ts';

async function errorOf(id: string, operation: string, input: object): Promise<ApiError> {
  const service = await loadServiceModel(id);
  const model = service.operations.get(operation);
  if (model === undefined) throw new Error(`no ${operation}`);
  try {
    validate(service, model, input);
  } catch (error) {
    return error as ApiError;
  }
  throw new Error('it was accepted');
}

/** What a structure with the one member `m` of the given shape says of a value; empty when it is accepted. */
function verdict(shape: CompactShape, value: unknown): string {
  const service = linkModel({
    index: {
      id: 'sample',
      signingNames: ['sample'],
      targetPrefixes: ['Sample'],
      apiVersion: '1',
      protocols: ['json-1.1'],
      queryCompatible: false,
      iamPrefix: 'sample',
    },
    operations: { Do: { in: 'DoInput' } },
    shapes: {
      DoInput: { t: 'structure', m: [['m', 'S']] },
      S: shape,
      Word: { t: 'string', max: 2 },
    },
  });
  const operation = service.operations.get('Do');
  if (operation === undefined) throw new Error('no operation');
  try {
    validate(service, operation, { m: value });
    return '';
  } catch (error) {
    return (error as ApiError).message;
  }
}

test('all violations come at once, each with its place, in the words of AWS', async () => {
  const error = await errorOf('codepipeline', 'CreatePipeline', {
    pipeline: {
      name: 'has space',
      roleArn: 'arn:aws:iam::111111111111:role/x',
      stages: [{ name: 'S', actions: [{ name: '', actionTypeId: { category: 'Bake' } }] }],
    },
  });
  expect(error.code).toBe('ValidationException');
  expect(error.status).toBe(400);
  expect(error.message.split('; ')).toEqual([
    "7 validation errors detected: Value 'has space' at 'pipeline.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+",
    "Value 'Bake' at 'pipeline.stages.1.member.actions.1.member.actionTypeId.category' failed to satisfy constraint: Member must satisfy enum value set: [Source, Build, Deploy, Test, Invoke, Approval, Compute]",
    "Value null at 'pipeline.stages.1.member.actions.1.member.actionTypeId.owner' failed to satisfy constraint: Member must not be null",
    "Value null at 'pipeline.stages.1.member.actions.1.member.actionTypeId.provider' failed to satisfy constraint: Member must not be null",
    "Value null at 'pipeline.stages.1.member.actions.1.member.actionTypeId.version' failed to satisfy constraint: Member must not be null",
    "Value '' at 'pipeline.stages.1.member.actions.1.member.name' failed to satisfy constraint: Member must have length greater than or equal to 1",
    "Value '' at 'pipeline.stages.1.member.actions.1.member.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+",
  ]);
});

test.each([
  ['codepipeline', 'ListPipelines', { maxResults: 0 }, 'ValidationException'],
  ['codebuild', 'BatchGetBuilds', {}, 'ValidationException'],
  ['logs', 'CreateLogGroup', { logGroupName: '?' }, 'InvalidParameterException'],
  ['iam', 'CreateRole', { RoleName: 'x' }, 'ValidationError'],
  ['sts', 'AssumeRole', {}, 'ValidationError'],
  ['cloudformation', 'CreateStack', {}, 'ValidationError'],
  ['sns', 'Subscribe', {}, 'InvalidParameter'],
  ['ecr', 'BatchGetImage', { repositoryName: 'A', imageIds: [] }, 'InvalidParameterException'],
  ['s3', 'GetObject', { Bucket: 'b' }, 'InvalidArgument'],
  ['s3', 'DeleteObjects', { Bucket: 'b', Delete: {} }, 'MalformedXML'],
])('%s %s %j is a %s', async (id, operation, input, code) => {
  expect((await errorOf(id, operation, input)).code).toBe(code);
});

test('numbers are bounded, both ends included', () => {
  const shape = { t: 'integer', min: 1, max: 5 } as const;
  expect(verdict(shape, 1)).toBe('');
  expect(verdict(shape, 5)).toBe('');
  expect(verdict(shape, 0)).toContain(
    "Value '0' at 'm' failed to satisfy constraint: Member must have value greater than or equal to 1",
  );
  expect(verdict(shape, 6)).toContain('have value less than or equal to 5');
});

test('lengths count characters, not code units', () => {
  const shape = { t: 'string', min: 2, max: 3 } as const;
  expect(verdict(shape, '\u{1F680}\u{1F680}\u{1F680}')).toBe('');
  expect(verdict(shape, '\u{1F680}')).toContain('length greater than or equal to 2');
  expect(verdict(shape, 'abcd')).toContain('length less than or equal to 3');
});

test('blobs count bytes, and nothing of them is shown', () => {
  const shape = { t: 'blob', max: 2 } as const;
  expect(verdict(shape, new Uint8Array(2))).toBe('');
  expect(verdict(shape, new Uint8Array(3))).toMatch(/Value at 'm' .*length less than or equal to 2/);
});

test('a pattern is matched against the whole text, code points and lines included', () => {
  expect(verdict({ t: 'string', p: '[a-z]+' }, 'abc')).toBe('');
  expect(verdict({ t: 'string', p: '[a-z]+' }, 'abc!')).toContain('pattern: [a-z]+');
  expect(verdict({ t: 'string', p: '[a-z]+' }, 'abc\n')).toContain('pattern: [a-z]+');
  expect(verdict({ t: 'string', p: '[\\u{1F680}-\\u{1F6FF}]' }, '\u{1F680}')).toBe('');
  expect(verdict({ t: 'string', p: '(((', re: '' }, 'anything')).toBe('');
});

test('a text that is too long is not put to its pattern as well', () => {
  expect(verdict({ t: 'string', max: 3, p: '[a-z]+' }, 'ABCDEF')).not.toContain('pattern');
});

test('elements, keys and values of collections have their places', () => {
  const list = { t: 'list', of: 'Word', max: 2 } as const;
  expect(verdict(list, ['ab', 'abc'])).toContain("Value 'abc' at 'm.2.member'");
  expect(verdict(list, ['a', 'b', 'c'])).toContain(
    "Value '[a, b, c]' at 'm' failed to satisfy constraint: Member must have length less than or equal to 2",
  );
  const map = { t: 'map', key: 'Word', value: 'Word' } as const;
  expect(verdict(map, { ab: 'abc' })).toContain("Value 'abc' at 'm.ab.member'");
  expect(verdict(map, { abc: 'ab' })).toContain(
    "Value 'abc' at 'm' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 2]",
  );
});

test('text is text: no NUL, no half of a surrogate pair, wherever it stands', async () => {
  const refused = /not contain the character NUL or half of a surrogate pair/;
  for (const text of ['a\0b', 'a\ud800b']) {
    expect(verdict({ t: 'string' }, text)).toMatch(refused);
    expect(verdict({ t: 'list', of: '$string' }, ['a', text])).toMatch(refused);
    expect(verdict({ t: 'map', key: '$string', value: '$string' }, { [text]: 'a' })).toMatch(refused);
    const service = await loadServiceModel('logs');
    const operation = service.operations.get('PutLogEvents');
    if (operation === undefined) throw new Error('no PutLogEvents');
    const printed = { logGroupName: 'g', logStreamName: 's', logEvents: [{ timestamp: 1, message: text }] };
    expect(() => validate(service, operation, printed)).not.toThrow();
    expect(() => validate(service, operation, { ...printed, logStreamName: text })).toThrow(refused);
  }
});

test('a union has one member at most', () => {
  const union = {
    t: 'structure',
    union: true,
    m: [
      ['a', '$string'],
      ['b', '$string'],
    ],
  } as const;
  expect(verdict(union, { a: 'x' })).toBe('');
  expect(verdict(union, { a: 'x', b: 'y' })).toContain('only one of its members');
});

test('secrets are not repeated', () => {
  expect(verdict({ t: 'string', max: 3, secret: true }, 'hunter2')).not.toContain('hunter2');
});

test('a long value is shown by its beginning, and violations end somewhere', () => {
  expect(verdict({ t: 'string', max: 3 }, 'x'.repeat(10_000)).length).toBeLessThan(500);
  const many = verdict(
    { t: 'list', of: 'Word' },
    Array.from({ length: 10_000 }, () => 'too long'),
  );
  expect(many).toMatch(/^50 validation errors detected/);
});
