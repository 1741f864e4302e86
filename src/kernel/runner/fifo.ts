import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { Fault } from '../errors.ts';

/*
 * Node can only make socket pairs, and a command whose standard output is a socket cannot open /dev/stdout again
 * (`tee /dev/stderr` fails). A FIFO is a real pipe, can serve as stdout and stderr at once, and can be given to the
 * user that the command runs as.
 */

export function makeFifos(...paths: readonly string[]): void {
  const made = spawnSync('mkfifo', ['-m', '600', '--', ...paths], { encoding: 'utf8' });
  if (made.status !== 0) throw new Fault(`mkfifo: ${made.error?.message ?? made.stderr.trim()}`);
}

export interface Pipe {
  /** Handed to the command; closed here by `closeWriting`, once the command has it. */
  readonly writing: number;
  closeWriting(): void;
  /** Reads until nobody holds the writing end any more. */
  reading(): Socket;
}

/** Opens both ends of a FIFO and takes its name away. */
export function openPipe(path: string): Pipe {
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  rmSync(path);
  return {
    writing,
    closeWriting: () => closeSync(writing),
    reading: () => new Socket({ fd: reading, readable: true, writable: false }),
  };
}
