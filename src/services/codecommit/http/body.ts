import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ApiError } from '../../../kernel/errors.ts';

/** Up to here a push waits in memory, above it in a file. */
const IN_MEMORY = 1024 * 1024;

/** A refusal with its HTTP status, in words that git shows its user. */
export function refusal(status: number, message: string): ApiError {
  return new ApiError('GitRequestRefused', message, { status });
}

/** The request's body, unzipped, ending in a refusal as soon as it is longer than `maxBytes`. */
export function decodedBody(request: IncomingMessage, maxBytes: number): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding)) {
    throw refusal(415, `content encoding ${encoding} is not understood`);
  }
  let bytes = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(refusal(413, `the request is larger than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
  const steps = encoding === 'identity' ? [request, bound] : [request, createGunzip(), bound];
  // The error is the reader's: it sees the stream destroyed with it.
  void pipeline(steps).catch(() => {});
  return bound;
}

/** What a reader of a body is told: a broken zip is the client's fault. */
function asRefusal(error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code.startsWith('Z_')
    ? refusal(400, 'the zipped body is damaged')
    : error;
}

export interface SpooledBody {
  readonly bytes: number;
  /** Once. */
  open(): Readable | Buffer;
  discard(): Promise<void>;
}

/** Takes a body in whole before anybody waits for it: a slow client holds up nobody's push but its own. */
export async function spool(body: Readable, folder: string): Promise<SpooledBody> {
  try {
    return await take(body, folder);
  } catch (error) {
    throw asRefusal(error);
  }
}

async function take(body: Readable, folder: string): Promise<SpooledBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const next = await iterator.next();
    if (next.done) {
      return { bytes, open: () => Buffer.concat(chunks), discard: async () => {} };
    }
    chunks.push(next.value);
    bytes += next.value.length;
    if (bytes > IN_MEMORY) break;
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, randomUUID());
  const discard = () => rm(file, { force: true });
  try {
    await pipeline(
      async function* () {
        yield* chunks.splice(0);
        for (;;) {
          const next = await iterator.next();
          if (next.done) return;
          bytes += next.value.length;
          yield next.value;
        }
      },
      createWriteStream(file, { mode: 0o600 }),
    );
  } catch (error) {
    await discard();
    throw error;
  }
  return { bytes, open: () => createReadStream(file), discard };
}
