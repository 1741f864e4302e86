import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Fault } from '../errors.ts';
import type { DriverSettings } from '../runner/protocol.ts';

/**
 * The data folder is closed to everybody else, also to the user that root's plain commands run as: their work folders
 * lie outside of it.
 */
export function makeWorkRoot(dataDir: string, driver: DriverSettings): string {
  if (driver.kind === 'bubblewrap' || !driver.runAs) {
    const inside = join(dataDir, 'work');
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    return inside;
  }
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16);
  const outside = `/var/tmp/pipewright-work-${name}`;
  mkdirSync(outside, { recursive: true, mode: 0o711 });
  // Anybody may make folders there: one that is not ours is no place to work in.
  const stat = lstatSync(outside);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0)
    throw new Fault(`${outside} is not a folder of this server: remove it`);
  return outside;
}
