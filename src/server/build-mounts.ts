import { realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { Config } from '../kernel/config/schema.ts';

/** Where the system keeps what is nobody's files. */
const SYSTEM = ['/proc', '/sys', '/dev', '/run'];

/** Folders that builds may read must be there, and must not open what nobody's build may see. Tells all that is wrong. */
export function checkBuildMounts({ buildMounts, dataDir }: Pick<Config, 'buildMounts' | 'dataDir'>): void {
  const data = realOf(dataDir) ?? dataDir;
  const problems = buildMounts.flatMap((path) => {
    const why = whyNot(path, data);
    return why === undefined ? [] : [`buildMounts: ${path} ${why}`];
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function whyNot(path: string, data: string): string | undefined {
  const real = realOf(path);
  if (real === undefined || !statSync(real).isDirectory()) return 'is not a folder';
  if (isIn(data, real)) return 'holds the data folder of the server';
  if (isIn(real, data)) return 'is in the data folder of the server';
  if (SYSTEM.some((folder) => isIn(real, folder))) return 'belongs to the system';
  return undefined;
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
