import { createHash } from 'node:crypto';

/** Name of a run's folder. Other keys than plain ones are hashed: none can leave the folder or be too long for it. */
export function runFolder(key: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(key)) return key;
  return `~${createHash('sha256').update(key).digest('hex')}`;
}
