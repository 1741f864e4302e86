import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fchownSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../errors.ts';
import type { Launch } from './launch.ts';
import type { DriverSettings } from './protocol.ts';
import type { Spare } from './spare.ts';

export interface Spawned {
  readonly child: ChildProcess;
  readonly launch: Launch;
  /** Whether the wrapper, if there is one, came so far as to start the command. To be asked after its end. */
  setUp(): boolean;
}

/** Standard output and error are one pipe (what was written first comes first), descriptor 3 takes reports. */
export async function spawnCommand(
  launch: Launch,
  driver: DriverSettings,
  { output, reports }: Pick<Spare, 'output' | 'reports'>,
  folder: string,
): Promise<Spawned> {
  // So that the command can open /dev/stdout again.
  if (driver.runAs)
    for (const pipe of [output, reports]) fchownSync(pipe.writing, driver.runAs.uid, driver.runAs.gid);
  const input = launch.input === undefined ? undefined : openText(join(folder, 'input'), launch.input);
  const status = launch.wrapped ? openSync(join(folder, WRAPPER_STATUS), 'w', 0o600) : undefined;
  try {
    const child = spawn(launch.file, launch.args, {
      argv0: launch.argv0,
      cwd: launch.cwd,
      env: { ...launch.env },
      stdio: [
        'ignore',
        output.writing,
        output.writing,
        reports.writing,
        input ?? 'ignore',
        status ?? 'ignore',
      ],
      detached: true,
      ...launch.user,
    });
    if (child.pid === undefined) {
      const error = await new Promise<Error>((resolve) => child.once('error', resolve));
      throw new Fault(`the command could not be started: ${error.message}`);
    }
    return { child, launch, setUp: () => status === undefined || hasExitCode(folder) };
  } finally {
    output.closeWriting();
    reports.closeWriting();
    if (input !== undefined) closeSync(input);
    if (status !== undefined) closeSync(status);
  }
}

const WRAPPER_STATUS = 'wrapper-status';

/** A file without a name. */
function openText(path: string, text: string): number {
  writeFileSync(path, text, { mode: 0o600 });
  const file = openSync(path, 'r');
  rmSync(path);
  return file;
}

/** bwrap notes the exit code of a command that it did start. */
function hasExitCode(folder: string): boolean {
  return readFileSync(join(folder, WRAPPER_STATUS), 'utf8').includes('"exit-code"');
}
