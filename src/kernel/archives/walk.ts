import { ArchiveError, type ArchiveType, type EntryVisitor } from './entry.ts';
import { walkTar } from './tar.ts';
import { walkZip } from './zip.ts';

/** Visits the members of an archive one after another. Refuses names that lead out of it and special files. */
export function walkArchive(file: string, type: ArchiveType, visit: EntryVisitor): Promise<void> {
  return type === 'zip' ? walkZip(file, visit) : walkTar(file, type === 'tgz', visit);
}

/** The text of one file at the top or below; undefined when the archive has none of this name. */
export async function readTextEntry(
  file: string,
  type: ArchiveType,
  path: string,
  maxBytes: number,
): Promise<string | undefined> {
  let text: string | undefined;
  await walkArchive(file, type, async (entry) => {
    if (entry.path !== path || entry.kind !== 'file') return undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of await entry.open()) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw new ArchiveError(`${path} is larger than ${maxBytes} bytes`);
      chunks.push(chunk as Buffer);
    }
    text = Buffer.concat(chunks).toString('utf8');
    return 'stop';
  });
  return text;
}
