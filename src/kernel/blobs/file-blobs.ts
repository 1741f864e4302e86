import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../errors.ts';
import type { Failpoints } from '../failpoints.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { createFrameSealer, plainSize } from './frames.ts';
import type { BlobStore } from './port.ts';
import { readFrames } from './read.ts';
import { checkExpected, writeFrames } from './write.ts';

export interface FileBlobsOptions {
  /** Made when missing, mode 0700. */
  readonly dir: string;
  readonly keyring: Keyring;
  readonly failpoints?: Failpoints;
}

/** What a process that died while writing left behind is removed when it is this old. */
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;
const UNFINISHED = '.unfinished';

/** Blobs as files `<dir>/<account>/<first two digits>/<sha256>`, written beside and renamed into place. */
export async function createFileBlobs(options: FileBlobsOptions): Promise<BlobStore> {
  const { dir, keyring, failpoints } = options;
  const unfinished = join(dir, UNFINISHED);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await removeAbandoned(unfinished);
  const pathOf = (account: string, sha256: string) => {
    if (!/^[A-Za-z0-9-]{1,64}$/.test(account)) throw new Fault(`not an account: ${account}`);
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Fault(`not a SHA-256: ${sha256}`);
    return join(dir, account, sha256.slice(0, 2), sha256);
  };

  return {
    async put(account, bytes, put = {}) {
      const temporary = join(unfinished, randomUUID());
      const file = await open(temporary, 'wx', 0o600);
      try {
        const sealer = createFrameSealer(keyring, account);
        const info = await writeFrames(file, sealer, bytes, put.maxBytes).finally(() => done(bytes));
        checkExpected(info, put.expect);
        await file.datasync();
        const path = pathOf(account, info.sha256);
        await makeFolder(dirname(path), dir);
        failpoints?.hit('blobs.before-rename');
        // Also over a blob that is there: its new time keeps the collector away from it.
        await rename(temporary, path);
        await syncFolder(dirname(path));
        failpoints?.hit('blobs.after-rename');
        return info;
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      } finally {
        await file.close();
      }
    },

    async get(account, sha256, range) {
      const file = await open(pathOf(account, sha256), 'r').catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? new Fault(`blob ${sha256} of account ${account} is missing`) : error;
      });
      return readFrames(file, keyring, account, range).catch(async (error: unknown) => {
        await file.close();
        throw error;
      });
    },

    async has(account, sha256) {
      return (await statIfThere(pathOf(account, sha256))) !== undefined;
    },

    async remove(account, sha256) {
      await rm(pathOf(account, sha256), { force: true });
    },

    async *list() {
      for await (const account of foldersOf(dir)) {
        for await (const part of foldersOf(join(dir, account))) {
          for await (const { name } of await opendir(join(dir, account, part))) {
            const found = await statIfThere(join(dir, account, part, name));
            if (found) yield { account, sha256: name, size: plainSize(found.size), modified: found.mtimeMs };
          }
        }
      }
    },
  };
}

/** A source that was left in the middle must not stay open. */
function done(bytes: Parameters<BlobStore['put']>[1]): void {
  if (!(bytes instanceof Uint8Array)) bytes.destroy();
}

async function* foldersOf(path: string): AsyncIterable<string> {
  for await (const entry of await opendir(path)) {
    if (entry.isDirectory() && entry.name !== UNFINISHED) yield entry.name;
  }
}

async function makeFolder(path: string, root: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made !== root; ) {
    made = dirname(made);
    await syncFolder(made);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder: FileHandle = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function statIfThere(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function removeAbandoned(unfinished: string): Promise<void> {
  for await (const { name } of await opendir(unfinished)) {
    const found = await statIfThere(join(unfinished, name));
    if (found && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS)
      await rm(join(unfinished, name), { force: true });
  }
}
