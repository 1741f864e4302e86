import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../errors.ts';

/** The file of a stream. Hashed, so that no id can leave the folder or be too long for it. */
export function streamPath(dir: string, id: string): string {
  if (!/^[A-Za-z0-9._/-]{1,512}$/.test(id) || id.includes('..'))
    throw new Fault(`not a log stream id: ${id}`);
  const hash = createHash('sha256').update(id).digest('hex');
  return join(dir, hash.slice(0, 2), `${hash.slice(2)}.log`);
}
