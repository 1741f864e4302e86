import { stat } from 'node:fs/promises';
import { type ArchiveLimits, createBounds } from './bounds.ts';
import { ArchiveError, type ArchiveType, type EntryVisitor } from './entry.ts';
import { walkTar } from './tar.ts';
import { walkZip } from './zip.ts';

/**
 * Visits the members of an archive one after another. Refuses names that lead out of it, special files, and an archive
 * that unpacks to more than its limits, also where the visitor does not care for what is in it.
 */
export async function walkArchive(
  file: string,
  type: ArchiveType,
  visit: EntryVisitor,
  limits: Partial<ArchiveLimits> = {},
): Promise<void> {
  const bounds = createBounds((await stat(file)).size, limits);
  const counted: EntryVisitor = (entry) => {
    bounds.member();
    return visit(entry);
  };
  try {
    await (type === 'zip' ? walkZip(file, bounds, counted) : walkTar(file, type === 'tgz', bounds, counted));
  } catch (error) {
    throw bounds.exceeded() ?? error;
  }
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
