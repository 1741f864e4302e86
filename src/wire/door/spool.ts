import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bodyTooLarge } from '../errors/common-errors.ts';
import type { ErrorFamily } from '../errors/family.ts';

export interface Spooled {
  readonly sha256: string;
  /** Deletes the file when it has ended, failed or been destroyed. */
  readonly stream: Readable;
  discard(): Promise<void>;
}

/**
 * Puts a body aside whose hash is part of the signature but stands in no header: who sent it is known only when the
 * last byte has come, and until then nobody may act on it.
 */
export async function spoolBody(
  source: Readable,
  folder: string,
  name: string,
  limit: number,
  family: ErrorFamily,
): Promise<Spooled> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name);
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(piece: Buffer, _encoding, done) {
      size += piece.length;
      hash.update(piece);
      done(size > limit ? bodyTooLarge(family, limit) : null, piece);
    },
  });
  const discard = () => rm(file, { force: true });
  try {
    await pipeline(source, measure, createWriteStream(file, { mode: 0o600, flags: 'wx' }));
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    sha256: hash.digest('hex'),
    get stream() {
      return createReadStream(file).once('close', () => void discard());
    },
    discard,
  };
}
