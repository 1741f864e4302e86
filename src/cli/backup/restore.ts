import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unpackArchive } from '../../kernel/archives/unpack.ts';
import { type BackupManifest, MANIFEST_FILE } from '../../server/backup/manifest.ts';
import { quoteForShell } from '../terminal/quote.ts';

interface Options {
  readonly data: string;
  readonly keys?: string;
}

const MAX_BYTES = 1024 ** 4;
const MAX_ENTRIES = 50_000_000;
/** Our own archives: text logs pack well. */
const MAX_RATIO = 5_000;

/** Unpacks beside the folder and puts it in place at the end: a restore that fails leaves nothing. */
export async function restore(file: string, options: Options): Promise<number> {
  const source = resolve(file);
  const dataDir = resolve(options.data);
  if (!existsSync(source)) throw new Error(`there is no backup ${source}`);
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new Error(`${dataDir} is not empty; restore into a folder that does not exist yet`);
  }
  if (options.keys !== undefined && !existsSync(options.keys))
    throw new Error(`there are no keys in ${options.keys}`);
  const unfinished = `${dataDir}.restoring`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  try {
    await unpackArchive(source, 'tgz', unfinished, {
      maxBytes: MAX_BYTES,
      maxEntries: MAX_ENTRIES,
      maxRatio: MAX_RATIO,
    });
    const manifest = readManifest(unfinished);
    rmSync(join(unfinished, MANIFEST_FILE));
    if (options.keys !== undefined) cpSync(options.keys, join(unfinished, 'keys'), { recursive: true });
    rmSync(dataDir, { recursive: true, force: true });
    renameSync(unfinished, dataDir);
    process.stdout.write(
      `${dataDir} is as it was on ${manifest.createdAt} (Pipewright ${manifest.version})\n`,
    );
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  if (options.keys === undefined) {
    process.stdout.write(`Put the master keys into ${join(dataDir, 'keys')} (mode 0600) before you start:\n`);
  }
  process.stdout.write(`  pipewright up --data ${quoteForShell(dataDir)}\n`);
  return 0;
}

function readManifest(folder: string): BackupManifest {
  const path = join(folder, MANIFEST_FILE);
  const manifest = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as BackupManifest) : undefined;
  if (manifest?.format !== 1) throw new Error('this archive is no backup that this version can read');
  return manifest;
}
