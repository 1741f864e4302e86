import { execFile } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Check {
  readonly name: string;
  /** `missing` is needed, `absent` only makes something better. */
  readonly state: 'ok' | 'absent' | 'missing';
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

export async function checkNode(): Promise<Check> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 22 || (major === 22 && minor >= 14);
  return enough
    ? { name: 'Node', state: 'ok', found: process.version }
    : { name: 'Node', state: 'missing', found: process.version, advice: 'install Node 22.14 or newer' };
}

export async function checkGit(): Promise<Check> {
  const version = await firstLine('git', ['--version']);
  if (version === undefined) return { name: 'git', state: 'missing', found: '—', advice: 'apt install git' };
  const path = await firstLine('git', ['--exec-path']);
  const backend = await firstLine(join(path ?? '', 'git-http-backend'), ['--help'], true);
  return backend === undefined
    ? { name: 'git', state: 'missing', found: `${version}, without http-backend`, advice: 'apt install git' }
    : { name: 'git', state: 'ok', found: version };
}

export async function checkBubblewrap(): Promise<Check> {
  const version = await firstLine('bwrap', ['--version']);
  if (version === undefined) {
    return {
      name: 'bubblewrap',
      state: 'absent',
      found: 'builds run as plain processes (trusted mode)',
      advice: 'apt install bubblewrap',
    };
  }
  const works = await firstLine('bwrap', ['--ro-bind', '/', '/', '--unshare-all', 'echo', 'works']);
  return works === 'works'
    ? { name: 'bubblewrap', state: 'ok', found: version }
    : {
        name: 'bubblewrap',
        state: 'absent',
        found: `${version}, but it may not make namespaces here`,
        advice: 'allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1)',
      };
}

export async function checkBash(): Promise<Check> {
  const version = await firstLine('bash', ['--version']);
  return version === undefined
    ? { name: 'bash', state: 'missing', found: '—', advice: 'apt install bash' }
    : { name: 'bash', state: 'ok', found: version.replace(/GNU bash, version (\S+).*/, '$1') };
}

export async function checkAwsCli(): Promise<Check> {
  const version = await firstLine('aws', ['--version']);
  return version === undefined
    ? { name: 'aws CLI', state: 'absent', found: 'not needed by the server', advice: 'apt install awscli' }
    : { name: 'aws CLI', state: 'ok', found: version.split(' ')[0] ?? version };
}

/** Whether the folder can be written, what is free, and how long one fsync takes: the floor of every commit. */
export async function checkDataFolder(dataDir: string): Promise<Check> {
  const name = 'data folder';
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = statfsSync(dataDir);
    const free = bavail * bsize;
    const found = `${dataDir}: ${(free / 1e9).toFixed(1)} GB free, fsync ${(await fsyncTime(dataDir)).toFixed(1)} ms`;
    return free < 1e9
      ? { name, state: 'missing', found, advice: 'make room: less than 1 GB is free' }
      : { name, state: 'ok', found };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { name, state: 'missing', found, advice: 'choose a folder you may write with --data' };
  }
}

async function fsyncTime(dir: string): Promise<number> {
  const path = join(dir, `.doctor-${process.pid}`);
  const file = await open(path, 'w', 0o600);
  const times: number[] = [];
  try {
    for (let n = 0; n < 9; n++) {
      await file.write(Buffer.alloc(4096), 0, 4096, 0);
      const start = performance.now();
      await file.datasync();
      times.push(performance.now() - start);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return times.toSorted((a, b) => a - b)[4] ?? 0;
}

async function firstLine(
  command: string,
  args: readonly string[],
  anyExit = false,
): Promise<string | undefined> {
  try {
    const { stdout } = await execute(command, args, { timeout: 10_000 });
    return stdout.split('\n')[0]?.trim() ?? '';
  } catch (error) {
    const started = (error as { code?: unknown }).code !== 'ENOENT';
    return anyExit && started ? '' : undefined;
  }
}
