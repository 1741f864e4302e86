import { readFileSync } from 'node:fs';
import type { RunAs } from '../runner/protocol.ts';

const NOBODY: RunAs = { uid: 65534, gid: 65534 };

/** Where the server is root, commands run as the user `pipewright` if the system has one, else as `nobody`. */
export function defaultRunAs(): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return userNamed('pipewright') ?? userNamed('nobody') ?? NOBODY;
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
