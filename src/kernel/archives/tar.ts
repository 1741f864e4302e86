import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { ArchiveBounds } from './bounds.ts';
import { ArchiveError, type EntryVisitor, isFullDisk, safePath } from './entry.ts';

const KINDS: Readonly<Record<string, 'file' | 'directory' | 'symlink'>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
};

/** Members come one after another, so what is passed over has to be read, and is metered, too. */
export async function walkTar(
  file: string,
  gzipped: boolean,
  bounds: ArchiveBounds,
  visit: EntryVisitor,
): Promise<void> {
  const source = createReadStream(file);
  const extractor = extract();
  const gunzip = gzipped ? createGunzip() : undefined;
  const meter = bounds.meter();
  const fail = (error: Error) => extractor.destroy(error);
  for (const stream of [source, gunzip, meter]) stream?.on('error', fail);
  (gunzip ? source.pipe(gunzip) : source).pipe(meter).pipe(extractor);
  try {
    for await (const entry of extractor) {
      const { name, type, mode, linkname } = entry.header;
      const kind = KINDS[type ?? 'file'];
      if (kind === undefined)
        throw new ArchiveError(`the archive holds a ${type}, which is not allowed: ${name}`);
      const path = safePath(name);
      const answer =
        path === undefined
          ? undefined
          : await visit({
              path,
              kind,
              mode: mode === undefined ? undefined : mode & 0o777,
              linkTarget: linkname ?? undefined,
              open: async () => Readable.from(entry),
            });
      if (answer === 'stop') return;
      entry.resume();
    }
  } catch (error) {
    if (error instanceof ArchiveError || isFullDisk(error)) throw error;
    throw new ArchiveError(`broken ${gzipped ? 'tgz' : 'tar'}: ${(error as Error).message}`, error);
  } finally {
    for (const stream of [source, gunzip, meter, extractor]) stream?.destroy();
  }
}
