import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { launchInBubblewrap } from '../runner/launch-bubblewrap.ts';
import type { DriverSettings, RunAs } from '../runner/protocol.ts';

type Bubblewrap = Extract<DriverSettings, { kind: 'bubblewrap' }>;

/** Settings for bubblewrap, or why it does not work here: it is really run once, as a command will be. */
export function probeBubblewrap(
  runAs: RunAs | undefined,
): Bubblewrap | { readonly kind: 'missing'; readonly why: string } {
  const bwrap = programOnPath('bwrap');
  if (bwrap === undefined)
    return { kind: 'missing', why: 'there is no program bwrap (Debian package bubblewrap)' };
  const setpriv = programOnPath('setpriv');
  if (runAs && setpriv === undefined)
    return { kind: 'missing', why: 'there is no program setpriv (util-linux)' };
  const sized = spawnSync(bwrap, ['--help'], { encoding: 'utf8' }).stdout?.includes('--size') ?? false;
  const settings: Bubblewrap = {
    kind: 'bubblewrap',
    bwrap,
    sized,
    ...(setpriv !== undefined && { setpriv }),
    ...(runAs && { runAs }),
  };
  const why = tryOut(settings);
  return why === undefined ? settings : { kind: 'missing', why };
}

function programOnPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin', '/bin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A machine that is only busy must not be taken for one where nothing can be locked in. */
const PATIENCE_MS = 60_000;

function tryOut(settings: Bubblewrap): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-probe-'));
  const workDir = join(folder, 'work');
  mkdirSync(workDir);
  const spec = {
    argv: ['true'],
    env: { PROBE: '1' },
    workDir,
    cwd: workDir,
    network: false,
    limits: { timeoutMs: 0, memoryBytes: 2 ** 30, processes: 64, outputBytes: 0, diskBytes: 2 ** 20 },
    logStream: 'probe',
    masks: [],
  };
  const cgroup = { version: 2, folders: [] } as const;
  const launch = launchInBubblewrap(settings, { spec, program: '/bin/true', cgroup, marker: undefined });
  const inputPath = join(folder, 'input');
  writeFileSync(inputPath, launch.input ?? '');
  const input = openSync(inputPath, 'r');
  try {
    const run = spawnSync(launch.file, launch.args, {
      env: { ...launch.env },
      stdio: ['ignore', 'ignore', 'pipe', 'ignore', input, 'pipe'],
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    if (run.status === 0) return undefined;
    return run.error?.message ?? (run.stderr.trim() || `bwrap ended with ${run.status ?? run.signal}`);
  } finally {
    closeSync(input);
    rmSync(folder, { recursive: true, force: true });
  }
}
