import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCbor } from './cbor-read.ts';
import { refusal, request, speak, speakSample } from './test-support.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

// From the appendix of RFC 8949.
test.each([
  ['1864', 100],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['3903e7', -1000],
  ['f93c00', 1],
  ['f90001', 5.960464477539063e-8],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['fa47c35000', 100_000],
  ['fb3ff199999999999a', 1.1],
  ['f4', false],
  ['f7', null],
  ['64f0908591', '\u{10151}'],
  ['83010203', [1, 2, 3]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['c11a514b67b0', new Date('2013-03-21T20:04:00Z')],
])('%s is %j', (bytes, value) => {
  expect(readCbor(hex(bytes))).toEqual(value);
});

test.each([
  ['', 'ends too early'],
  ['61', 'ends too early'],
  ['9b0000100000000000', 'ends too early'],
  ['5bffffffffffffffff', 'ends too early'],
  ['0000', 'more after the end'],
  ['ff', 'unexpected break'],
  ['a10102', 'a key is not text'],
  ['a161', 'ends too early'],
  ['1c', 'unknown length'],
  ['c16161', 'broken timestamp'],
  ['5f61ff', 'broken chunk'],
  ['81'.repeat(5000), 'nested deeper than 100 levels'],
  ['9f'.repeat(5000), 'nested deeper than 100 levels'],
])('%s is refused', (bytes, reason) => {
  expect(() => readCbor(hex(bytes))).toThrow(reason);
});

test('no bytes make the reader do anything but answer or refuse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        readCbor(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'SerializationException' });
      }
    }),
  );
});

test('what is encoded decodes to the same', async () => {
  const structure = {
    t: 'structure',
    m: [
      ['text', '$string'],
      ['count', '$long'],
      ['real', '$double'],
      ['at', '$timestamp'],
      ['bytes', '$blob'],
      ['list', 'List'],
      ['map', 'Map'],
    ],
  } as const;
  const both = speakSample(
    {
      In: structure,
      Out: structure,
      List: { t: 'list', of: '$boolean' },
      Map: { t: 'map', key: '$string', value: '$integer' },
    },
    'cbor',
  );
  const value = fc.record(
    {
      text: fc.string({ maxLength: 300 }),
      count: fc.maxSafeInteger(),
      real: fc.double(),
      at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(253_402_300_799_000) }),
      bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      list: fc.array(fc.boolean()),
      map: fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(value, async (output) => {
      const { body } = both.encode(output);
      expect(await both.decode(request({ body: body as Uint8Array }))).toEqual(output);
    }),
  );
});

test('the path names the operation, wrong types are refused with their place', async () => {
  const { codec, service, decode } = await speak('cloudwatch', 'PutMetricData', 'cbor');
  const rawPath = '/service/GraniteServiceVersion20100801/operation/PutMetricData';
  expect(codec.operationName(service, request({ rawPath }))).toBe('PutMetricData');
  const body = hex('a1694e616d65737061636501');
  expect(await refusal(decode(request({ body })))).toBe(
    "SerializationException: NUMBER_VALUE can not be converted to a String at 'Namespace'",
  );
});

test('an error that no model knows keeps its name, message and status', async () => {
  const { encodeError } = await speak('cloudwatch', 'GetDashboard', 'cbor');
  const { status, headers, body } = encodeError({ code: 'AccessDenied', message: 'No.', status: 403 });
  expect(status).toBe(403);
  expect(headers).toMatchObject({
    'smithy-protocol': 'rpc-v2-cbor',
    'x-amzn-query-error': 'AccessDenied;Sender',
  });
  expect(readCbor(body as Uint8Array)).toEqual({ __type: 'AccessDenied', message: 'No.' });
});
