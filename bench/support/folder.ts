import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A folder on the disk that holds the clone (a temporary file system would measure memory); goes with the work. */
export async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(import.meta.dirname, '../../.bench-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
  }
}
