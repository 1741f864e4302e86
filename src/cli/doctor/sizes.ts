import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Size {
  readonly name: string;
  readonly bytes: number;
}

const PARTS: readonly (readonly [name: string, ...paths: string[]])[] = [
  ['database', 'pipewright.db', 'pipewright.db-wal'],
  ['blobs', 'blobs'],
  ['logs', 'logs'],
  ['git', 'git'],
  ['runs', 'runs'],
];

/** What each part of a data folder takes on disk; `databaseBytes` is for a database that lies elsewhere. */
export async function sizesOf(dataDir: string, databaseBytes?: number): Promise<Size[]> {
  return await Promise.all(
    PARTS.map(async ([name, ...paths]) => {
      if (name === 'database' && databaseBytes !== undefined) return { name, bytes: databaseBytes };
      const sizes = await Promise.all(paths.map((path) => sizeOf(join(dataDir, path))));
      return { name, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    }),
  );
}

async function sizeOf(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return 0;
  if (!info.isDirectory()) return info.size;
  let sum = 0;
  for await (const entry of await opendir(path, { recursive: true })) {
    if (entry.isFile())
      sum += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return sum;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
