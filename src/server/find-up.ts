import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest file or folder of this name at or above a folder; in a clone and in the bundle alike. */
export function findUp(from: string, name: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new Error(`${name} is missing above ${from}`);
  }
}
