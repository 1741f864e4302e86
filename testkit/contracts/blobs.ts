import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/kernel/blobs/port.ts';

export interface BlobsDriver {
  readonly store: BlobStore;
  close(): Promise<void>;
}

const A = '111111111111';
const B = '222222222222';
const MIB = 1024 * 1024;

/** What every blob store must do. `make` opens an empty one. */
export function blobsContract(name: string, make: () => Promise<BlobsDriver>): void {
  describe(`blobs: ${name}`, () => {
    let driver: BlobsDriver;
    let store: BlobStore;
    beforeAll(async () => {
      driver = await make();
      store = driver.store;
    });
    afterAll(() => driver.close());

    const bytesOf = async (account: string, sha256: string, range?: { start: number; end: number }) =>
      buffer(await store.get(account, sha256, range));

    test.each([0, 1, 1000, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3 * MIB + 17])(
      '%i bytes come back with their digests',
      async (size) => {
        const bytes = randomBytes(size);
        const info = await store.put(A, Readable.from(chunks(bytes, 60_000)));
        expect(info).toEqual({ sha256: hex('sha256', bytes), md5: hex('md5', bytes), size });
        expect((await bytesOf(A, info.sha256)).equals(bytes)).toBe(true);
      },
    );

    test('any range is the same slice', async () => {
      const bytes = randomBytes(MIB + 12_345);
      const { sha256 } = await store.put(A, bytes);
      const place = fc.oneof(
        fc.nat(bytes.length - 1),
        fc.constantFrom(0, 256 * 1024 - 1, 256 * 1024, 512 * 1024, bytes.length - 1),
      );
      await fc.assert(
        fc.asyncProperty(place, place, async (one, other) => {
          const range = { start: Math.min(one, other), end: Math.max(one, other) };
          return (await bytesOf(A, sha256, range)).equals(bytes.subarray(range.start, range.end + 1));
        }),
        { numRuns: 60 },
      );
      expect((await bytesOf(A, sha256, { start: bytes.length - 5, end: bytes.length + 50 })).length).toBe(5);
      await expect(store.get(A, sha256, { start: bytes.length, end: bytes.length + 1 })).rejects.toThrow(
        'no bytes',
      );
    });

    test('accounts do not see each other', async () => {
      const { sha256 } = await store.put(A, Buffer.from('of A'));
      expect(await store.has(A, sha256)).toBe(true);
      expect(await store.has(B, sha256)).toBe(false);
      await expect(store.get(B, sha256)).rejects.toMatchObject({ name: 'Fault' });
    });

    test('the same bytes written at once by many are one blob', async () => {
      const bytes = randomBytes(300_000);
      const infos = await Promise.all(Array.from({ length: 8 }, () => store.put(B, Readable.from([bytes]))));
      expect(new Set(infos.map(({ sha256 }) => sha256)).size).toBe(1);
      const listed = [];
      for await (const blob of store.list()) if (blob.account === B) listed.push(blob);
      expect(listed).toEqual([
        { account: B, sha256: infos[0]?.sha256, size: bytes.length, modified: expect.any(Number) as number },
      ]);
    });

    test('removing twice is fine, reading afterwards is a fault', async () => {
      const { sha256 } = await store.put(A, Buffer.from('short-lived'));
      await store.remove(A, sha256);
      await store.remove(A, sha256);
      await expect(store.get(A, sha256)).rejects.toMatchObject({ name: 'Fault' });
    });

    test('a wrong announcement refuses the blob and keeps nothing', async () => {
      const bytes = randomBytes(50);
      const sha256 = hex('sha256', bytes);
      for (const expected of [{ sha256: hex('sha256', 'x') }, { md5: hex('md5', 'x') }, { size: 49 }]) {
        await expect(store.put(A, bytes, { expect: expected })).rejects.toMatchObject({ code: 'BadDigest' });
      }
      expect(await store.has(A, sha256)).toBe(false);
      const right = { sha256, md5: hex('md5', bytes), size: 50 };
      expect((await store.put(A, bytes, { expect: right })).sha256).toBe(sha256);
    });

    test('too many bytes are refused as soon as they come, and the source is let go', async () => {
      let made = 0;
      const endless = new Readable({ read: () => void (made++, endless.push(Buffer.alloc(64 * 1024))) });
      await expect(store.put(A, endless, { maxBytes: MIB })).rejects.toMatchObject({
        code: 'EntityTooLarge',
      });
      expect(endless.destroyed).toBe(true);
      expect(made).toBeLessThan(40);
    });

    test('a source that breaks off leaves nothing', async () => {
      const broken = Readable.from(
        (async function* () {
          yield Buffer.alloc(400_000, 7);
          throw new Error('connection lost');
        })(),
      );
      await expect(store.put(A, broken)).rejects.toThrow('connection lost');
      expect(await store.has(A, hex('sha256', Buffer.alloc(400_000, 7)))).toBe(false);
    });

    test('a reader may leave in the middle or before it began', async () => {
      const { sha256 } = await store.put(A, randomBytes(2 * MIB));
      const first = await store.get(A, sha256);
      first.destroy();
      for await (const chunk of await store.get(A, sha256)) {
        expect((chunk as Buffer).length).toBeGreaterThan(0);
        break;
      }
      expect((await bytesOf(A, sha256)).length).toBe(2 * MIB);
    });

    test('names that would leave the store are refused', async () => {
      await expect(store.get(A, '../../secret')).rejects.toThrow('not a SHA-256');
      await expect(store.put('../x', Buffer.from('x'))).rejects.toThrow('not an account');
    });
  });
}

function* chunks(bytes: Buffer, size: number): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function hex(algorithm: string, bytes: Buffer | string): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
