import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../../wire/sigv4/checksums/crc32c.ts';
import { crc64nvme } from '../../../wire/sigv4/checksums/crc64nvme.ts';
import { bucketNameProblem } from './bucket-name.ts';
import { parseCopySource } from './copy-source.ts';
import { CRC32, CRC32C, CRC64NVME, createCrcCombiner } from './crc-combine.ts';
import { chooseParts, MIN_PART_BYTES } from './multipart.ts';
import { keyProblem } from './object-key.ts';
import { judgeRead, judgeWrite } from './preconditions.ts';
import { commonPrefix, prefixEnd } from './prefix.ts';
import { parseRange, spread } from './range.ts';
import { parseTagging } from './tags.ts';
import { encodeListed } from './url-encoding.ts';

test('bucket names', () => {
  for (const name of ['abc', 'my-bucket.1', '1x1', 'a'.repeat(63)])
    expect(bucketNameProblem(name), name).toBeUndefined();
  for (const name of [
    'ab',
    'a'.repeat(64),
    'Abc',
    'a_b',
    '-ab',
    'ab-',
    'a..b',
    '10.0.0.1',
    'xn--abc',
    'abc-s3alias',
    'abc--x-s3',
  ])
    expect(bucketNameProblem(name), name).toBeDefined();
});

test('keys are names of at most 1024 bytes', () => {
  for (const key of ['..', '/', 'a//b', '.', 'é'.repeat(512)]) expect(keyProblem(key), key).toBeUndefined();
  expect(keyProblem('')).toBe('empty');
  expect(keyProblem('é'.repeat(513))).toBe('too-long');
  expect(keyProblem('a\0b')).toBe('not-text');
  expect(keyProblem('\ud800')).toBe('not-text');
});

const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const text = fc.string({ unit: 'grapheme', maxLength: 6 });

test('the end of a prefix is above everything that begins with it, and below everything else', () => {
  fc.assert(
    fc.property(text, text, text, (prefix, rest, other) => {
      const end = prefixEnd(prefix);
      if (end === undefined) return;
      expect(bytewise(prefix + rest, end)).toBeLessThan(0);
      const outside = bytewise(other, prefix) < 0 || bytewise(other, end) >= 0;
      expect(outside).toBe(!other.startsWith(prefix));
    }),
  );
  expect(prefixEnd('a\u{10ffff}')).toBe('b');
  expect(prefixEnd('\ud7ff')).toBe('\ue000');
  expect(prefixEnd('')).toBeUndefined();
});

test('keys roll up to the first delimiter behind the prefix', () => {
  expect(commonPrefix('a/b/c', '', '/')).toBe('a/');
  expect(commonPrefix('a/b/c', 'a/', '/')).toBe('a/b/');
  expect(commonPrefix('a/b', 'a/', '/')).toBeUndefined();
  expect(commonPrefix('a--b', '', '--')).toBe('a--');
  expect(commonPrefix('a/b', '', undefined)).toBeUndefined();
});

test('ranges that are read are inside the object, and parts cover them without a gap', () => {
  const parts = fc.array(fc.record({ size: fc.nat(9) }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(parts, fc.nat(60), fc.nat(60), (list, from, length) => {
      const size = list.reduce((sum, part) => sum + part.size, 0);
      const range = parseRange(`bytes=${from}-${from + length}`, size);
      const bytes = list.flatMap((part, n) => Array.from({ length: part.size }, (_, at) => `${n}/${at}`));
      const read =
        typeof range === 'string'
          ? range
          : spread(list, range).flatMap(({ part, range: { start, end } }) =>
              Array.from({ length: end - start + 1 }, (_, at) => `${list.indexOf(part)}/${start + at}`),
            );
      const wanted = bytes.slice(from, from + length + 1);
      expect(read).toEqual(from < size ? wanted : 'unsatisfiable');
    }),
  );
  expect(parseRange('bytes=-0', 5)).toBe('unsatisfiable');
  expect(parseRange('bytes=-9', 5)).toEqual({ start: 0, end: 4 });
  for (const header of [
    undefined,
    'bytes=',
    'bytes=-',
    'bytes=3-1',
    'bytes=a-b',
    'items=0-1',
    'bytes=0-1,2-3',
  ])
    expect(parseRange(header, 5), header).toBe('whole');
});

test('conditions on reading follow the order of the standard', () => {
  const current = { eTag: 'abc', lastModified: Date.UTC(2026, 0, 2) + 500 };
  const before = new Date(Date.UTC(2026, 0, 1));
  const after = new Date(Date.UTC(2026, 0, 3));
  const kind = (conditions: Parameters<typeof judgeRead>[0]) => judgeRead(conditions, current).kind;
  expect(kind({})).toBe('go');
  expect(kind({ ifMatch: '"x", "abc"' })).toBe('go');
  expect(kind({ ifMatch: 'abc', ifUnmodifiedSince: before })).toBe('go');
  expect(kind({ ifMatch: 'x' })).toBe('failed');
  expect(kind({ ifUnmodifiedSince: before })).toBe('failed');
  expect(kind({ ifUnmodifiedSince: after })).toBe('go');
  expect(kind({ ifNoneMatch: '*' })).toBe('not-modified');
  expect(kind({ ifNoneMatch: 'W/"abc"' })).toBe('not-modified');
  expect(kind({ ifNoneMatch: '"x"', ifModifiedSince: after })).toBe('go');
  expect(kind({ ifModifiedSince: new Date(Date.UTC(2026, 0, 2)) })).toBe('not-modified');
  expect(kind({ ifModifiedSince: before })).toBe('go');
});

test('conditions on writing', () => {
  const current = { eTag: 'abc', lastModified: 0 };
  expect(judgeWrite({ ifNoneMatch: '*' }, undefined).kind).toBe('go');
  expect(judgeWrite({ ifNoneMatch: '*' }, current).kind).toBe('failed');
  expect(judgeWrite({ ifNoneMatch: '"abc"' }, current).kind).toBe('unsupported');
  expect(judgeWrite({ ifMatch: '"abc"' }, current).kind).toBe('go');
  expect(judgeWrite({ ifMatch: '"abd"' }, current).kind).toBe('failed');
  expect(judgeWrite({ ifMatch: '"abc"' }, undefined).kind).toBe('missing');
});

test('copy sources, encoded or not', () => {
  const parsed = (header: string) => parseCopySource(header);
  expect(parsed('/b/a/../k')).toEqual({ bucket: 'b', key: 'a/../k', versionId: undefined });
  expect(parsed('b/%C3%BC%20%2B?versionId=v1')).toEqual({ bucket: 'b', key: 'ü +', versionId: 'v1' });
  for (const header of ['b%2Fk', '/b%2fk', '%2Fb%2Fk'])
    expect(parsed(header), header).toEqual({ bucket: 'b', key: 'k', versionId: undefined });
  for (const header of ['', 'b', '/b/', 'b/%zz']) expect(parsed(header), header).toBeUndefined();
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
      expect(parsed(`bucket/${encodeURIComponent(key)}`)?.key).toBe(key);
      expect(parsed(encodeURIComponent(`/bucket/${key}`))?.key).toBe(key);
    }),
  );
});

test('names in listings survive both ways of decoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      expect(decodeURIComponent(encodeListed(key))).toBe(key);
      expect(decodeURIComponent(encodeListed(key).replaceAll('+', ' '))).toBe(key);
    }),
  );
});

test('tags are bounded', () => {
  expect(parseTagging('a=1&b=x+y')).toEqual({
    kind: 'tags',
    tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'x y' },
    ],
  });
  for (const header of ['a=1&a=2', '=x', `${'k'.repeat(129)}=1`, `k=${'v'.repeat(257)}`, 'a=%7B', 'aws:x=1'])
    expect(parseTagging(header).kind, header).toBe('invalid');
});

test('the completion of an upload must name its parts in order, with their ETags', () => {
  const stored = [1, 2, 3].map((number) => ({ number, size: MIN_PART_BYTES, eTag: `e${number}` }));
  const named = (...numbers: number[]) => numbers.map((number) => ({ number, eTag: `"e${number}"` }));
  expect(chooseParts(stored, named(1, 3))).toEqual({ kind: 'parts', parts: [stored[0], stored[2]] });
  expect(chooseParts(stored, named())).toMatchObject({ reason: 'empty' });
  expect(chooseParts(stored, named(2, 1))).toMatchObject({ reason: 'order' });
  expect(chooseParts(stored, named(1, 1))).toMatchObject({ reason: 'order' });
  expect(chooseParts(stored, named(4))).toMatchObject({ reason: 'unknown-part', part: 4 });
  expect(chooseParts(stored, [{ number: 1, eTag: 'other' }])).toMatchObject({ reason: 'unknown-part' });
  const small = stored.map((part) => ({ ...part, size: MIN_PART_BYTES - 1 }));
  expect(chooseParts(small, named(1, 2))).toMatchObject({ reason: 'too-small', part: 1 });
  expect(chooseParts(small, named(2)).kind).toBe('parts');
});

test('the CRC of two texts in a row follows from their own', () => {
  const wide = (bytes: Uint8Array) => {
    const { high, low } = crc64nvme(bytes);
    return (BigInt(high) << 32n) | BigInt(low);
  };
  const kinds = [
    [CRC32, (bytes: Uint8Array) => BigInt(crc32(bytes))],
    [CRC32C, (bytes: Uint8Array) => BigInt(crc32c(bytes))],
    [CRC64NVME, wide],
  ] as const;
  for (const [kind, crc] of kinds) {
    const combine = createCrcCombiner(kind);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        expect(combine(crc(a), crc(b), b.length)).toBe(crc(Buffer.concat([a, b])));
      }),
      { numRuns: 50 },
    );
  }
});
