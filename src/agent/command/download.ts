import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError } from '../../kernel/archives/entry.ts';
import { unpackArchive } from '../../kernel/archives/unpack.ts';
import { errorText } from '../../kernel/errors.ts';
import { UnsafeEndpointError } from '../endpoint.ts';
import { syncPath, syncTree } from '../install/sync.ts';
import { type CommandContext, type EventEnd, failed } from './context.ts';
import { readAppSpec } from './read-appspec.ts';

const TRIES = 8;
const LONGEST_PAUSE_MS = 5_000;

/** The lifecycle event DownloadBundle: from scratch each time, so that it may be repeated after a restart. */
export async function downloadBundle(context: CommandContext): Promise<EventEnd> {
  const { folders, command } = context;
  const file = join(folders.dir, `bundle.${command.bundle.bundleType}`);
  const unpacked = join(folders.dir, 'unpacking');
  try {
    await rm(folders.archive, { recursive: true, force: true });
    await rm(unpacked, { recursive: true, force: true });
    await mkdir(unpacked, { recursive: true, mode: 0o755 });
    await fetchBundle(context, file);
    await unpackArchive(file, command.bundle.bundleType, unpacked);
    await syncTree(unpacked);
    await rename(unpacked, folders.archive);
    await syncPath(folders.dir);
  } catch (error) {
    const what =
      error instanceof ArchiveError ? 'The bundle cannot be unpacked' : 'The bundle cannot be fetched';
    return failed(`${what}: ${errorText(context.signal.aborted ? context.signal.reason : error)}`);
  } finally {
    await rm(file, { force: true });
    await rm(unpacked, { recursive: true, force: true });
  }
  const { appSpec, problem } = readAppSpec(folders.archive);
  return appSpec ? { status: 'Succeeded' } : failed(problem);
}

/** A line that breaks is tried again; bytes that are not the announced ones are refused at once. */
async function fetchBundle(
  { transport, command, signal, logger }: CommandContext,
  file: string,
): Promise<void> {
  const { url, sha256, size } = command.bundle;
  for (let attempt = 1; ; attempt++) {
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      const meter = new Transform({
        transform(chunk: Buffer, _, done) {
          hash.update(chunk);
          bytes += chunk.length;
          done(
            bytes > size ? new ArchiveError(`it is larger than the announced ${size} bytes`) : null,
            chunk,
          );
        },
      });
      await pipeline(await transport.download(url, signal), meter, createWriteStream(file, { mode: 0o600 }), {
        signal,
      });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const final =
        error instanceof ArchiveError || error instanceof UnsafeEndpointError || code === 'ENOSPC';
      if (signal.aborted || attempt === TRIES || final) throw error;
      logger.warn({ attempt, reason: errorText(error) }, 'the download broke; trying again');
      await sleep(Math.min(200 * 2 ** (attempt - 1), LONGEST_PAUSE_MS), undefined, { signal });
      continue;
    }
    if (bytes === size && hash.digest('hex') === sha256) return;
    throw new ArchiveError('it is not the one that the deployment was made with (its SHA-256 differs)');
  }
}
