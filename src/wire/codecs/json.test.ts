import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusal, request, speak, speakSample } from './test-support.ts';

const shapes = {
  In: {
    t: 'structure',
    m: [
      ['text', '$string'],
      ['count', '$integer'],
      ['big', '$long'],
      ['real', '$double'],
      ['flag', '$boolean'],
      ['at', '$timestamp'],
      ['bytes', '$blob'],
      ['list', 'List'],
      ['map', 'Map'],
      ['self', 'In'],
      ['any', '$document'],
    ],
  },
  List: { t: 'list', of: 'In' },
  Map: { t: 'map', key: '$string', value: '$string' },
} as const;

const sample = speakSample(shapes, 'json-1.1');
const decode = (value: unknown) => sample.decode(request({ text: JSON.stringify(value) }));

test.each([
  [{ text: 1 }, "NUMBER_VALUE can not be converted to a String at 'text'"],
  [{ count: '1' }, "STRING_VALUE can not be converted to an Integer at 'count'"],
  [{ count: 1.5 }, "NUMBER_VALUE can not be converted to an Integer at 'count'"],
  [{ count: 2 ** 40 }, "NUMBER_VALUE can not be converted to an Integer at 'count'"],
  [{ real: 'one' }, "STRING_VALUE can not be converted to a Double at 'real'"],
  [{ flag: 'true' }, "STRING_VALUE can not be converted to a Boolean at 'flag'"],
  [{ at: 'yesterday' }, "STRING_VALUE can not be converted to a Timestamp at 'at'"],
  [{ bytes: 'a*b' }, "STRING_VALUE can not be converted to a Blob at 'bytes'"],
  [{ list: {} }, "STRUCTURE_VALUE can not be converted to a List at 'list'"],
  [{ list: [{ map: { k: 1 } }] }, "NUMBER_VALUE can not be converted to a String at 'list[0].map.k'"],
  [{ list: [null] }, "NULL_VALUE can not be converted to a Structure at 'list[0]'"],
  [{ self: { self: [] } }, "LIST_VALUE can not be converted to a Structure at 'self.self'"],
  [[], 'LIST_VALUE can not be converted to a Structure'],
])('%j is refused with its place', async (value, message) => {
  expect(await refusal(decode(value))).toBe(`SerializationException: ${message}`);
});

test('what is no JSON is refused, and nothing at all is an empty input', async () => {
  expect(await refusal(sample.decode(request({ text: '{"text":' })))).toMatch(
    /^SerializationException: .*not valid JSON/,
  );
  expect(await sample.decode(request({ text: '' }))).toEqual({});
});

test('null is absent and unknown members are passed over', async () => {
  expect(await decode({ text: null, map: { a: null, b: 'x' }, later: { on: 1 } })).toEqual({
    map: { b: 'x' },
  });
});

test('times come as seconds or as text, doubles also by name', async () => {
  const at = new Date('2026-11-24T10:20:30.400Z');
  expect(await decode({ at: at.getTime() / 1000, real: 'Infinity' })).toEqual({
    at,
    real: Number.POSITIVE_INFINITY,
  });
  expect(await decode({ at: '2026-11-24T10:20:30.4Z' })).toEqual({ at });
  expect(await decode({ at: '2026-11-24T10:20:30.4' })).toEqual({ at });
});

test('a key that names the prototype is data', async () => {
  const { map } = (await sample.decode(request({ text: '{"map":{"__proto__":"x"}}' }))) as { map: object };
  expect(Object.entries(map)).toEqual([['__proto__', 'x']]);
  expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
});

function deep(key: string) {
  return request({ text: `${`{"${key}":`.repeat(5000)}{}${'}'.repeat(5000)}` });
}

test('input nested without end is refused, also inside a document', async () => {
  expect(await refusal(sample.decode(deep('self')))).toContain('nested deeper than 100 levels');
  expect(await refusal(sample.decode(deep('any')))).toContain('nested deeper than 100 levels');
});

test('an answer holds what the model knows, and no undefined', () => {
  const out = speakSample({ ...shapes, Out: shapes.In }, 'json-1.1');
  const answer = out.encode({
    text: undefined,
    secretInternal: 'x',
    at: new Date(1500),
    real: Number.NaN,
    map: { a: 'b' },
  });
  expect(JSON.parse(answer.body as string)).toEqual({ at: 1.5, real: 'NaN', map: { a: 'b' } });
  expect(answer.headers).toEqual({
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': 'request-1',
  });
});

test('an error that no model knows keeps its name, message and status', () => {
  const { status, headers, body } = sample.encodeError({
    code: 'AccessDeniedException',
    message: 'No.',
    status: 403,
  });
  expect(status).toBe(403);
  expect(headers['x-amzn-errortype']).toBe('AccessDeniedException');
  expect(JSON.parse(body as string)).toEqual({ __type: 'AccessDeniedException', message: 'No.' });
});

test('a modelled error has the status of its model and only its members', async () => {
  const { encodeError } = await speak('codedeploy', 'GetApplication', 'json-1.1');
  const { status, body } = encodeError({
    code: 'ApplicationDoesNotExistException',
    status: 499,
    members: { x: 1 },
  });
  expect(status).toBe(400);
  expect(JSON.parse(body as string)).toEqual({ __type: 'ApplicationDoesNotExistException', message: 'm' });
});

test('SQS tells old clients the code of the query protocol', async () => {
  const { encodeError } = await speak('sqs', 'GetQueueUrl', 'json-1.0');
  expect(encodeError({ code: 'QueueDoesNotExist' }).headers['x-amzn-query-error']).toBe(
    'AWS.SimpleQueueService.NonExistentQueue;Sender',
  );
});

test('what is encoded decodes to the same', async () => {
  const both = speakSample({ ...shapes, Out: shapes.In }, 'json-1.1');
  const leaf = {
    text: fc.string({ unit: 'binary' }),
    count: fc.integer(),
    big: fc.maxSafeInteger(),
    // JSON has one zero.
    real: fc.double().map((real) => (real === 0 ? 0 : real)),
    flag: fc.boolean(),
    at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(253_402_300_799_000) }),
    bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    map: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  };
  const value = fc.record(
    { ...leaf, list: fc.array(fc.record(leaf, { requiredKeys: [] })) },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(value, async (output) => {
      const { body } = both.encode(output);
      expect(await both.decode(request({ text: body as string }))).toEqual(output);
    }),
  );
});
