import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Reader, Tx } from '../../../../kernel/database/port.ts';
import { ApiError } from '../../../../kernel/errors.ts';
import type { Scope } from '../../../../kernel/scope.ts';
import type { CachePlace } from '../../model/cache-place.ts';
import type { CodeBuildParts } from '../../parts.ts';

/** One kept archive. The row is the truth: a file or object without one is nobody's. */
export interface CacheEntry {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly stored_at: number;
}

type Place = Exclude<CachePlace, { kind: 'none' }>;

const COLUMNS = 'key, sha256, bytes, stored_at';
/** Keys kept in one place; the oldest goes first. */
const MAX_KEYS = 10;

export async function findEntry(
  reader: Reader,
  scope: Scope,
  place: Place,
  key: string,
): Promise<CacheEntry | undefined> {
  const [row] = await reader.query<CacheEntry & Record<string, never>>(
    `select ${COLUMNS} from codebuild_caches where account = ? and region = ? and place = ? and key = ?`,
    [scope.account, scope.region, place.name, key],
  );
  return row;
}

/** The newest whose key begins so (C4.2). */
export async function findByPrefix(
  reader: Reader,
  scope: Scope,
  place: Place,
  prefix: string,
): Promise<CacheEntry | undefined> {
  const rows = await reader.query<CacheEntry & Record<string, never>>(
    `select ${COLUMNS} from codebuild_caches where account = ? and region = ? and place = ? order by stored_at desc, key`,
    [scope.account, scope.region, place.name],
  );
  return rows.find((row) => row.key.startsWith(prefix));
}

/** Brings the archive into a file. Undefined when it is gone or damaged: then it is as if it had never been there. */
export async function fetchArchive(
  parts: CodeBuildParts,
  scope: Scope,
  place: Place,
  entry: CacheEntry,
  file: string,
): Promise<boolean> {
  const body = await openArchive(parts, scope, place, entry);
  if (!body) return false;
  const hash = createHash('sha256');
  try {
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
    );
  } catch {
    return false;
  }
  return hash.digest('hex') === entry.sha256;
}

async function openArchive(
  parts: CodeBuildParts,
  scope: Scope,
  place: Place,
  entry: CacheEntry,
): Promise<Readable | undefined> {
  if (place.kind === 'local') return createReadStream(localFile(parts, entry.sha256));
  try {
    return (await parts.deps.s3.getObject(scope.account, objectOf(place, entry.sha256))).body;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return undefined;
  }
}

/** Keeps an archive under a key and answers it as a row. The file is used up. */
export async function storeArchive(
  parts: CodeBuildParts,
  scope: Scope,
  place: Place,
  key: string,
  file: string,
): Promise<CacheEntry> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const sha256 = hash.digest('hex');
  const { size: bytes } = await stat(file);
  if (place.kind === 's3') {
    const { bucket, key: object } = objectOf(place, sha256);
    await parts.deps.s3.putObject(scope.account, { bucket, key: object }, createReadStream(file), {
      contentType: 'application/zip',
    });
  } else {
    await mkdir(localFolder(parts), { recursive: true, mode: 0o700 });
    await rename(file, localFile(parts, sha256));
  }
  const entry = { key, sha256, bytes, stored_at: parts.kernel.clock.now() };
  const gone = await parts.kernel.database.transaction((tx) => writeRow(tx, scope, place, entry));
  await removeArchives(parts, scope, place, gone);
  return entry;
}

/** Answers the archives that have no row any more. */
async function writeRow(tx: Tx, scope: Scope, place: Place, entry: CacheEntry): Promise<readonly string[]> {
  const where = [scope.account, scope.region, place.name];
  const before = await tx.query<CacheEntry & Record<string, never>>(
    `select ${COLUMNS} from codebuild_caches where account = ? and region = ? and place = ? order by stored_at desc, key`,
    where,
  );
  const others = before.filter((row) => row.key !== entry.key);
  const drop = others.slice(MAX_KEYS - 1);
  for (const key of [entry.key, ...drop.map((row) => row.key)]) {
    await tx.execute(
      'delete from codebuild_caches where account = ? and region = ? and place = ? and key = ?',
      [...where, key],
    );
  }
  await tx.execute(
    'insert into codebuild_caches (account, region, place, key, sha256, bytes, stored_at) values (?, ?, ?, ?, ?, ?, ?)',
    [...where, entry.key, entry.sha256, entry.bytes, entry.stored_at],
  );
  const kept = new Set([entry.sha256, ...others.slice(0, MAX_KEYS - 1).map((row) => row.sha256)]);
  return before.map((row) => row.sha256).filter((sha256) => !kept.has(sha256));
}

/** Forgets everything in a place (C4.6): the next build finds nothing. */
export async function clearPlace(parts: CodeBuildParts, scope: Scope, place: Place): Promise<void> {
  const gone = await parts.kernel.database.transaction(async (tx) => {
    const where = [scope.account, scope.region, place.name];
    const rows = await tx.query<{ sha256: string }>(
      'select sha256 from codebuild_caches where account = ? and region = ? and place = ?',
      where,
    );
    await tx.execute('delete from codebuild_caches where account = ? and region = ? and place = ?', where);
    return rows.map((row) => row.sha256);
  });
  await removeArchives(parts, scope, place, gone);
}

async function removeArchives(
  parts: CodeBuildParts,
  scope: Scope,
  place: Place,
  hashes: readonly string[],
): Promise<void> {
  for (const sha256 of new Set(hashes)) {
    if (place.kind === 's3') {
      await parts.deps.s3.deleteObject(scope.account, objectOf(place, sha256)).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
      });
    } else if (!(await isUsed(parts, sha256))) await rm(localFile(parts, sha256), { force: true });
  }
}

/** The same bytes may be kept for another project. */
async function isUsed({ kernel }: CodeBuildParts, sha256: string): Promise<boolean> {
  const rows = await kernel.database.read.query('select 1 from codebuild_caches where sha256 = ? limit 1', [
    sha256,
  ]);
  return rows.length > 0;
}

function objectOf(place: Extract<Place, { kind: 's3' }>, sha256: string) {
  return { bucket: place.bucket, key: `${place.prefix}/${sha256}.zip` };
}

function localFolder({ kernel }: CodeBuildParts): string {
  return join(kernel.dataDir, 'build-caches');
}

function localFile(parts: CodeBuildParts, sha256: string): string {
  return join(localFolder(parts), `${sha256}.zip`);
}
