import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

export interface HostUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

const run = promisify(execFile);

export function agentUser(): HostUser {
  const { username, uid, gid, homedir } = userInfo();
  return { name: username, uid, gid, home: homedir };
}

/** A user of this host by name; undefined when there is none. */
export async function findUser(name: string): Promise<HostUser | undefined> {
  const fields = await entry('passwd', name);
  if (!fields) return undefined;
  return { name, uid: Number(fields[2]), gid: Number(fields[3]), home: fields[5] || '/' };
}

/** The number of a group of this host. */
export async function findGroupId(name: string): Promise<number | undefined> {
  const fields = await entry('group', name);
  return fields && Number(fields[2]);
}

/** Asks the system, so that directories other than /etc/passwd count too. */
async function entry(database: 'passwd' | 'group', name: string): Promise<string[] | undefined> {
  try {
    const { stdout } = await run('getent', ['--', database, name]);
    const fields = stdout.split('\n', 1)[0]?.split(':') ?? [];
    return fields[0] === name ? fields : undefined;
  } catch (error) {
    if ((error as { code?: unknown }).code === 2) return undefined;
    throw error;
  }
}
