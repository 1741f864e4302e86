import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { type Entry, open, type ZipFile } from 'yauzl';
import type { ArchiveBounds } from './bounds.ts';
import { ArchiveError, type EntryVisitor, safePath } from './entry.ts';

const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
const S_IFDIR = 0o040000;

/** Finds its members by the directory at its end; only what the visitor opens is unpacked. */
export async function walkZip(file: string, bounds: ArchiveBounds, visit: EntryVisitor): Promise<void> {
  let zip: ZipFile;
  try {
    zip = await promisify<string, object, ZipFile>(open)(file, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw new ArchiveError(`not a zip: ${(error as Error).message}`, error);
  }
  try {
    await entries(zip, bounds, visit);
  } finally {
    zip.close();
  }
}

function entries(zip: ZipFile, bounds: ArchiveBounds, visit: EntryVisitor): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(new ArchiveError(`broken zip: ${error.message}`, error)));
    zip.on('end', () => resolve());
    zip.on('entry', (entry: Entry) => {
      visitOne(zip, entry, bounds, visit).then((answer) => {
        if (answer === 'stop') resolve();
        else zip.readEntry();
      }, reject);
    });
    zip.readEntry();
  });
}

async function visitOne(
  zip: ZipFile,
  entry: Entry,
  bounds: ArchiveBounds,
  visit: EntryVisitor,
): Promise<'stop' | undefined> {
  if (entry.isEncrypted()) throw new ArchiveError(`encrypted: ${entry.fileName}`);
  const path = safePath(entry.fileName);
  if (path === undefined) return undefined;
  const attributes = entry.externalFileAttributes >>> 16;
  const type = attributes & S_IFMT;
  const isDirectory = entry.fileName.endsWith('/') || type === S_IFDIR;
  return visit({
    path,
    kind: isDirectory ? 'directory' : type === S_IFLNK ? 'symlink' : 'file',
    mode: attributes === 0 ? undefined : attributes & 0o777,
    linkTarget: undefined,
    open: () =>
      new Promise<Readable>((resolve, reject) => {
        zip.openReadStream(entry, (error, stream) => {
          if (error) reject(new ArchiveError(`broken zip: ${error.message}`, error));
          // Whoever reads the end sees the error there.
          else resolve(pipeline(stream, bounds.meter(), () => {}));
        });
      }),
  });
}
