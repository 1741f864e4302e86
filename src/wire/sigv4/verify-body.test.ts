import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { promisedDigests } from './checksums/checksum-header.ts';
import { type BodyCheck, verifiedDigests, verifyBody, verifyBytes } from './verify-body.ts';

const DATA = Buffer.from('some bytes that were signed');
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest();
const check = (expected: Uint8Array): BodyCheck => ({
  algorithm: 'SHA256',
  expected: () => expected,
  fault: 'payload-mismatch',
  message: 'no',
});

const empty = () => Readable.from([], { objectMode: false });

it('passes good bytes and tells the digests it found', async () => {
  const body = Readable.from([DATA.subarray(0, 5), DATA.subarray(5)], { objectMode: false }).pipe(
    verifyBody([check(sha256(DATA))]),
  );
  expect((await buffer(body)).equals(DATA)).toBe(true);
  expect(verifiedDigests(body).get('SHA256')).toEqual(sha256(DATA));
});

it('lets nobody have the last piece of bad bytes', async () => {
  const body = Readable.from([DATA.subarray(0, 5), DATA.subarray(5)], { objectMode: false }).pipe(
    verifyBody([check(sha256(Buffer.from('others')))]),
  );
  const seen: Buffer[] = [];
  body.on('data', (piece: Buffer) => seen.push(piece));
  await expect(finished(body)).rejects.toMatchObject({ fault: 'payload-mismatch' });
  expect(Buffer.concat(seen).toString()).toBe(DATA.subarray(0, 5).toString());
});

it('judges an empty body too', async () => {
  expect(await buffer(empty().pipe(verifyBody([check(sha256(Buffer.alloc(0)))])))).toHaveLength(0);
  await expect(buffer(empty().pipe(verifyBody([check(sha256(DATA))])))).rejects.toThrow('no');
  expect(() => verifyBytes([check(sha256(DATA))], Buffer.alloc(0))).toThrow('no');
});

it('reads the digests that headers promise, and refuses what it cannot judge', () => {
  const promised = promisedDigests({
    'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==',
    'x-amz-checksum-crc32': 'NhCmhg==',
    'x-amz-checksum-mode': 'ENABLED',
    'x-amz-checksum-type': 'FULL_OBJECT',
    host: 'x',
  });
  expect(promised.map(({ algorithm }) => algorithm)).toEqual(['MD5', 'CRC32']);
  const bad: readonly Record<string, string>[] = [
    { 'content-md5': 'short' },
    { 'x-amz-checksum-crc32': 'NhCmhgAA' },
    { 'x-amz-checksum-crc32': 'NhCmhg' },
    { 'x-amz-checksum-xxhash64': 'NhCmhg==' },
  ];
  for (const headers of bad)
    expect(() => promisedDigests(headers)).toThrowError(
      expect.objectContaining({ fault: 'malformed-checksum' }),
    );
});
