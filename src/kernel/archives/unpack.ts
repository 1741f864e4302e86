import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArchiveLimits } from './bounds.ts';
import { type ArchiveEntry, ArchiveError, type ArchiveType, type EntryVisitor, isFullDisk } from './entry.ts';
import { walkArchive } from './walk.ts';

const MAX_LINK_BYTES = 4096;

/**
 * Unpacks into an empty folder that only this process writes. Nothing is ever written outside of it: names are checked,
 * links are made after every file, and a link that leads out is refused. Rejects with an `ArchiveError`; what was
 * unpacked by then is left to the caller to remove.
 */
export async function unpackArchive(
  file: string,
  type: ArchiveType,
  dir: string,
  limits: Partial<ArchiveLimits> = {},
): Promise<void> {
  const links: { path: string; target: string }[] = [];
  const visit: EntryVisitor = async (entry) => {
    if (entry.kind === 'symlink') links.push({ path: entry.path, target: await linkTarget(entry) });
    else await writeEntry(entry, join(dir, entry.path));
    return undefined;
  };
  await walkArchive(file, type, visit, limits);
  await makeLinks(dir, links);
}

async function writeEntry(entry: ArchiveEntry, path: string): Promise<void> {
  try {
    if (entry.kind === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o755 });
      return;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await pipeline(await entry.open(), createWriteStream(path, { flags: 'wx' }));
    await chmod(path, entry.mode ?? 0o644);
  } catch (error) {
    if (error instanceof ArchiveError || isFullDisk(error)) throw error;
    throw new ArchiveError(`${entry.path} cannot be unpacked: ${(error as Error).message}`, error);
  }
}

async function linkTarget(entry: ArchiveEntry): Promise<string> {
  const target = entry.linkTarget ?? (await smallText(await entry.open()));
  if (target === '' || isAbsolute(target) || target.includes('\0')) {
    throw new ArchiveError(`the link ${entry.path} leads out of the archive`);
  }
  return target;
}

async function smallText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_LINK_BYTES) throw new ArchiveError('a link is too long');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Links may pass through links, so each is followed for real once all stand. */
async function makeLinks(
  dir: string,
  links: readonly { readonly path: string; readonly target: string }[],
): Promise<void> {
  const root = await realpath(dir);
  const inside = (path: string) => path === root || path.startsWith(root + sep);
  for (const { path, target } of links) {
    const parent = join(dir, dirname(path));
    await mkdir(parent, { recursive: true, mode: 0o755 });
    if (!inside(await realpath(parent))) throw new ArchiveError(`the link ${path} leads out of the archive`);
    try {
      await symlink(target, join(dir, path));
    } catch (error) {
      throw new ArchiveError(`${path} cannot be unpacked: ${(error as Error).message}`, error);
    }
  }
  for (const { path } of links) {
    const real = await realpath(join(dir, path)).catch(() => undefined);
    if (real !== undefined && inside(real)) continue;
    const target = await readlink(join(dir, path)).catch(() => '?');
    await rm(join(dir, path), { force: true });
    throw new ArchiveError(`the link ${path} leads out of the archive or nowhere: ${target}`);
  }
}
