import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Fault } from '../errors.ts';
import type { Keyring } from '../secrets/keyring.ts';
import {
  createFrameOpener,
  FRAME_BYTES,
  type FrameOpener,
  frameCount,
  HEADER_BYTES,
  plainSize,
  SEALED_FRAME_BYTES,
} from './frames.ts';
import type { ByteRange } from './port.ts';

/** Streams a range of an open stored blob, one frame in memory at a time. The stream closes the file. */
export async function readFrames(
  file: FileHandle,
  keyring: Keyring,
  account: string,
  range?: ByteRange,
): Promise<Readable> {
  const header = Buffer.alloc(HEADER_BYTES);
  const [{ size: storedSize }] = await Promise.all([file.stat(), file.read(header, 0, HEADER_BYTES, 0)]);
  const size = plainSize(storedSize);
  const open = createFrameOpener(keyring, account, header);
  const end = Math.min(range?.end ?? size - 1, size - 1);
  const start = range?.start ?? 0;
  if (range && (start < 0 || start > end))
    throw new Fault(`no bytes ${start} to ${range.end} in a blob of ${size}`);
  return frameStream(file, open, frameCount(size), start, end);
}

function frameStream(
  file: FileHandle,
  open: FrameOpener,
  count: number,
  start: number,
  end: number,
): Readable {
  const sealed = Buffer.allocUnsafe(SEALED_FRAME_BYTES);
  const lastIndex = Math.max(0, Math.floor(end / FRAME_BYTES));
  let index = Math.floor(start / FRAME_BYTES);
  const next = async () => {
    const at = index++;
    const { bytesRead } = await file.read(sealed, 0, sealed.length, HEADER_BYTES + at * SEALED_FRAME_BYTES);
    const plain = open(sealed.subarray(0, bytesRead), at, at === count - 1);
    const first = at * FRAME_BYTES;
    return plain.subarray(Math.max(0, start - first), end - first + 1);
  };
  return new Readable({
    highWaterMark: FRAME_BYTES,
    read() {
      if (index > lastIndex) {
        this.push(null);
        return;
      }
      next().then(
        (plain) => this.push(plain.length === 0 ? null : plain),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, destroyed) {
      file.close().then(
        () => destroyed(error),
        (closing: Error) => destroyed(error ?? closing),
      );
    },
  });
}
