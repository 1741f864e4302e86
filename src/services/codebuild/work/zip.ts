import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { FoundFile } from './files.ts';

const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;

/** The files as a zip, with their modes; links are kept as links. */
export function zipOf(files: readonly FoundFile[]): Readable {
  const archive = new ZipFile();
  archive.on('error', (error) => (archive.outputStream as Readable).destroy(error as Error));
  for (const { path, file, stats, linkTarget } of files) {
    if (linkTarget === undefined) {
      archive.addFile(file, path, { mode: S_IFREG | (stats.mode & 0o777), mtime: stats.mtime });
    } else {
      archive.addBuffer(Buffer.from(linkTarget), path, { mode: S_IFLNK | 0o777, compress: false });
    }
  }
  archive.end();
  return archive.outputStream as Readable;
}
