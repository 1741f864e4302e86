import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ApiError } from '../errors.ts';
import { FRAME_BYTES, type FrameSealer } from './frames.ts';
import type { BlobInfo, PutOptions } from './port.ts';

/**
 * Writes the whole stored form of `bytes` to `file`, digesting on the way. Holds two frames in memory: while one is
 * on its way to the disk the next one is filled; the source waits for both.
 */
export async function writeFrames(
  file: FileHandle,
  sealer: FrameSealer,
  bytes: Readable | Uint8Array,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<BlobInfo> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  const frame = Buffer.allocUnsafe(FRAME_BYTES);
  let filled = 0;
  let size = 0;
  let index = 0;
  let underWay: Promise<unknown> = file.writev([sealer.header]);
  const flush = async (last: boolean) => {
    const sealed = sealer.seal(frame.subarray(0, filled), index++, last);
    await underWay;
    underWay = writeAll(file, sealed);
    // A failure is seen at the next await of it; until then it must not count as unhandled.
    underWay.catch(() => {});
    filled = 0;
  };
  try {
    for await (const piece of pieces(bytes)) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge();
      sha256.update(piece);
      md5.update(piece);
      for (let from = 0; from < piece.length; ) {
        if (filled === FRAME_BYTES) await flush(false);
        const copied = Math.min(piece.length - from, FRAME_BYTES - filled);
        frame.set(piece.subarray(from, from + copied), filled);
        filled += copied;
        from += copied;
      }
    }
    await flush(true);
  } finally {
    await underWay;
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex'), size };
}

/** Throws what S3 would say when the bytes are not what their sender announced. */
export function checkExpected(info: BlobInfo, expect: PutOptions['expect']): void {
  if (!expect) return;
  const wrong = (['sha256', 'md5', 'size'] as const).find(
    (name) => (expect[name] ?? info[name]) !== info[name],
  );
  if (!wrong) return;
  const what = wrong === 'size' ? 'length' : wrong;
  throw new ApiError('BadDigest', `The ${what} you specified did not match what we received.`);
}

async function* pieces(bytes: Readable | Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes instanceof Uint8Array) yield bytes;
  else for await (const piece of bytes) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

async function writeAll(file: FileHandle, parts: Buffer[]): Promise<void> {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await file.writev(parts);
  if (bytesWritten === total) return;
  // A short write is what a disk that has just become full answers; the rest says why.
  const rest = Buffer.concat(parts).subarray(bytesWritten);
  await file.writeFile(rest);
}

function tooLarge(): ApiError {
  return new ApiError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
}
