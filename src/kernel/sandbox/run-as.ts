import { readFileSync } from 'node:fs';
import type { RunAs } from '../runner/protocol.ts';

const NOBODY: RunAs = { uid: 65534, gid: 65534 };

/** Where the server is root, commands run as the user `pipewright` if the system has one, else as `nobody`. */
export function defaultRunAs(): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return userNamed('pipewright') ?? userNamed('nobody') ?? NOBODY;
}

export type UserVerdict =
  | { readonly kind: 'user'; readonly runAs: RunAs | undefined }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Whether commands may run as this user. Only a server that is root can change users, and only those named in its
 * settings may be asked for: a user's files are that user's, and whoever writes a build is not.
 */
export function judgeUser(
  name: string,
  allowed: readonly string[],
  own: RunAs | 'self' | undefined,
): UserVerdict {
  const user = userNamed(name);
  const uid = process.getuid?.();
  if (user === undefined) return { kind: 'refused', why: 'this machine has no user of this name' };
  if (user.uid === 0) return { kind: 'refused', why: 'nothing of a build runs as root' };
  if (own !== 'self' && own?.uid === user.uid) return { kind: 'user', runAs: own };
  if (uid === user.uid) return { kind: 'user', runAs: undefined };
  if (uid !== 0 || own === 'self' || own === undefined)
    return { kind: 'refused', why: 'only a server that runs as root can run commands as another user' };
  if (!allowed.includes(name))
    return { kind: 'refused', why: 'the setting buildUsers does not name this user' };
  return { kind: 'user', runAs: user };
}

function userNamed(name: string): RunAs | undefined {
  let users: string;
  try {
    users = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return undefined;
  }
  const fields = users
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name);
  return fields && { uid: Number(fields[2]), gid: Number(fields[3]) };
}
