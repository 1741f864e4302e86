import { execFile } from 'node:child_process';
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
    : { name: 'aws CLI', state: 'ok', found: describeAwsCli(version.split(' ')[0] ?? version) };
}

/** `aws deploy push` makes an S3 client of its own, which takes its address from nowhere but that variable. */
export function describeAwsCli(version: string): string {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const heeds = major > 2 || (major === 2 && minor >= 13) || (major === 1 && minor >= 29);
  return heeds
    ? version
    : `${version} does not heed AWS_ENDPOINT_URL: use the shell function of pipewright env, and aws s3 cp in place of aws deploy push`;
}

/** A program that takes long to say its version, on a busy machine, is there all the same. */
const PATIENCE_MS = 60_000;

async function firstLine(
  command: string,
  args: readonly string[],
  anyExit = false,
): Promise<string | undefined> {
  try {
    const { stdout } = await execute(command, args, { timeout: PATIENCE_MS });
    return stdout.split('\n')[0]?.trim() ?? '';
  } catch (error) {
    const started = (error as { code?: unknown }).code !== 'ENOENT';
    return anyExit && started ? '' : undefined;
  }
}
