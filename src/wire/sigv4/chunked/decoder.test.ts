import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveSigningKey } from '../signing-key.ts';
import { type ChunkedOptions, createChunkedDecoder } from './decoder.ts';

/** The example of AWS's guide "Signature calculations for the Authorization header: transferring payload in chunks". */
const GUIDE = {
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  amzDate: '20130524T000000Z',
  scope: { date: '20130524', region: 'us-east-1', service: 's3' },
  seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  chunks: [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ],
};
const signingKey = deriveSigningKey(GUIDE.secret, GUIDE.scope);
const seed = { signingKey, amzDate: GUIDE.amzDate, scope: GUIDE.scope, signature: GUIDE.seed };

const chunk = (data: Buffer, signature: string) =>
  Buffer.concat([
    Buffer.from(`${data.length.toString(16)};chunk-signature=${signature}\r\n`),
    data,
    Buffer.from('\r\n'),
  ]);
const GUIDE_BODY = Buffer.concat([
  chunk(Buffer.alloc(65_536, 'a'), GUIDE.chunks[0] as string),
  chunk(Buffer.alloc(1024, 'a'), GUIDE.chunks[1] as string),
  chunk(Buffer.alloc(0), GUIDE.chunks[2] as string),
]);
const SIGNED: ChunkedOptions = { seed, trailers: undefined, decodedLength: 66_560 };

const sha = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

async function decode(wire: Uint8Array, options: ChunkedOptions, pieceSize = 1000) {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < wire.length; at += pieceSize) pieces.push(wire.subarray(at, at + pieceSize));
  const { stream, trailers } = createChunkedDecoder(options);
  const source = Readable.from(pieces, { objectMode: false });
  source.pipe(stream);
  return { bytes: await buffer(stream), trailers };
}

describe('signed chunks', () => {
  it('of the guide are taken apart, however they are cut in transit', async () => {
    for (const size of [1, 7, 65_700, 1_000_000]) {
      const { bytes } = await decode(GUIDE_BODY, SIGNED, size);
      expect(bytes.equals(Buffer.alloc(66_560, 'a'))).toBe(true);
    }
  });

  it('are refused when any byte differs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(GUIDE_BODY.length - 3), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const wire = Buffer.from(GUIDE_BODY);
        wire[at] = (wire[at] as number) ^ mask;
        // The size may be written in capitals; there is no letter in it here that could be.
        await expect(decode(wire, SIGNED, 70_000)).rejects.toMatchObject({ name: 'SignatureError' });
      }),
      { numRuns: 200 },
    );
  });

  it('are refused when the last chunk, or any end, is cut off', async () => {
    for (const cut of [3, 20, 100, 1200, GUIDE_BODY.length - 5])
      await expect(decode(GUIDE_BODY.subarray(0, -cut), SIGNED)).rejects.toMatchObject({
        fault: expect.anything(),
      });
  });

  it('are refused when a chunk is left out or swapped', async () => {
    const first = chunk(Buffer.alloc(65_536, 'a'), GUIDE.chunks[0] as string).length;
    const without = Buffer.concat([
      GUIDE_BODY.subarray(0, first),
      chunk(Buffer.alloc(0), GUIDE.chunks[2] as string),
    ]);
    await expect(decode(without, { ...SIGNED, decodedLength: undefined })).rejects.toMatchObject({
      fault: 'mismatch',
    });
  });

  it('and their signed trailer are verified', async () => {
    const data = Buffer.from('hello');
    const sign = (kind: string, before: string, rest: string) =>
      createHmac('sha256', signingKey)
        .update(
          `AWS4-HMAC-SHA256-${kind}\n${GUIDE.amzDate}\n20130524/us-east-1/s3/aws4_request\n${before}\n${rest}`,
        )
        .digest('hex');
    const one = sign('PAYLOAD', GUIDE.seed, `${sha('')}\n${sha(data)}`);
    const end = sign('PAYLOAD', one, `${sha('')}\n${sha('')}`);
    const trailer = 'x-amz-checksum-crc32c:mnG7TA==';
    const last = sign('TRAILER', end, sha(`${trailer}\n`));
    const wire = (text: string) =>
      Buffer.concat([chunk(data, one), Buffer.from(`0;chunk-signature=${end}\r\n${text}\r\n\r\n`)]);
    const options = { seed, trailers: ['x-amz-checksum-crc32c'], decodedLength: 5 };
    const good = await decode(wire(`${trailer}\r\nx-amz-trailer-signature:${last}`), options);
    expect(good.bytes.toString()).toBe('hello');
    expect(good.trailers.get('x-amz-checksum-crc32c')).toBe('mnG7TA==');
    for (const bad of [
      trailer,
      `${trailer.replace('mnG', 'nnG')}\r\nx-amz-trailer-signature:${last}`,
      `${trailer}\r\nx-amz-trailer-signature:${last.replace(/^./, (c) => (c === '0' ? '1' : '0'))}`,
    ])
      await expect(decode(wire(bad), options)).rejects.toMatchObject({ fault: 'mismatch' });
  });
});

describe('unsigned chunks with a trailer', () => {
  const options = { seed: undefined, trailers: ['x-amz-checksum-crc32'], decodedLength: 5 };
  const WIRE = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n';

  it('give bytes and trailer', async () => {
    const { bytes, trailers } = await decode(Buffer.from(WIRE), options, 3);
    expect(bytes.toString()).toBe('hello');
    expect([...trailers]).toEqual([['x-amz-checksum-crc32', 'NhCmhg==']]);
  });

  it('are refused when anything does not add up', async () => {
    const bad: readonly [string, string][] = [
      ['5\r\nhelloX\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n', 'malformed-chunk'],
      ['-5\r\nhello\r\n0\r\n\r\n', 'malformed-chunk'],
      ['ffffffffffffffff\r\nhello', 'malformed-chunk'],
      [`${'5'.repeat(5000)}\r\nhello`, 'malformed-chunk'],
      ['4\r\nhell\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n', 'incomplete-body'],
      ['6\r\nhello!\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n', 'incomplete-body'],
      ['5\r\nhello\r\n', 'incomplete-body'],
      ['5\r\nhello\r\n0\r\n\r\n', 'malformed-trailer'],
      ['5\r\nhello\r\n0\r\nx-amz-acl:public\r\n\r\n', 'malformed-trailer'],
      ['5\r\nhello\r\n0\r\nnonsense\r\n\r\n', 'malformed-trailer'],
      [`5\r\nhello\r\n0\r\n${'x'.repeat(20_000)}`, 'malformed-chunk'],
    ];
    for (const [wire, fault] of bad)
      await expect(decode(Buffer.from(wire), options)).rejects.toMatchObject({ fault });
  });

  it('split at any place carry any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        async (chunks, size) => {
          const wire = Buffer.concat([
            ...chunks.map((data) =>
              Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]),
            ),
            Buffer.from('0\r\n\r\n'),
          ]);
          const all = Buffer.concat(chunks);
          const { bytes } = await decode(
            wire,
            { seed: undefined, trailers: [], decodedLength: all.length },
            size,
          );
          expect(bytes.equals(all)).toBe(true);
        },
      ),
    );
  });
});
