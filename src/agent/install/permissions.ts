import { basename, dirname } from 'node:path';
import type { Permission } from '../../pure/appspec/index.ts';
import { compileGlob } from '../../pure/globs.ts';
import { findGroupId, findUser } from '../scripts/users.ts';
import { InstallRefused } from './plan.ts';

/** What one installed file or folder is given. */
export interface Grant {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export type Grants = (path: string, type: 'file' | 'directory') => Grant;

/**
 * Looks up every owner and group before anything is changed. Where several permissions name a file, later ones win.
 * `type: [file]` means the files that lie directly in the object, without `type` everything below it counts (D1.9).
 */
export async function resolvePermissions(permissions: readonly Permission[]): Promise<Grants> {
  const resolved: { readonly permission: Permission; readonly uid?: number; readonly gid?: number }[] = [];
  const root = process.getuid?.() === 0;
  for (const permission of permissions) {
    const { owner, group, object } = permission;
    const user = owner === undefined ? undefined : await findUser(owner);
    if (owner !== undefined && !user)
      throw new InstallRefused(`The owner ${owner} of ${object} does not exist.`);
    const gid = group === undefined ? undefined : await findGroupId(group);
    if (group !== undefined && gid === undefined) {
      throw new InstallRefused(`The group ${group} of ${object} does not exist.`);
    }
    const foreign =
      (user && user.uid !== process.getuid?.()) || (gid !== undefined && gid !== process.getgid?.());
    if (foreign && !root) {
      throw new InstallRefused(`The owner and group of ${object} need an agent that runs as root.`);
    }
    resolved.push({ permission, ...(user ? { uid: user.uid } : {}), ...(gid === undefined ? {} : { gid }) });
  }
  return (path, type) => {
    let grant: Grant = { mode: undefined, uid: undefined, gid: undefined };
    for (const { permission, uid, gid } of resolved) {
      if (!appliesTo(permission, path, type)) continue;
      grant = { mode: permission.mode ?? grant.mode, uid: uid ?? grant.uid, gid: gid ?? grant.gid };
    }
    return grant;
  };
}

export function appliesTo(permission: Permission, path: string, type: 'file' | 'directory'): boolean {
  const { object, pattern, except, types } = permission;
  if (!types.includes(type)) return false;
  if (path === object) return pattern === '**';
  if (!path.startsWith(object === '/' ? '/' : `${object}/`)) return false;
  const name = basename(path);
  const immediate = dirname(path) === object;
  if (except.some((one) => compileGlob(one).matches(name))) return false;
  if (pattern !== '**') return immediate && compileGlob(pattern).matches(name);
  return immediate || types.length > 1 || type === 'directory';
}
