import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLogWriter } from '../log-streams/writer.ts';
import { makeFifos, openPipe } from './fifo.ts';
import { identify } from './identity.ts';
import { openJournal } from './journal.ts';
import { pumpOutput } from './output.ts';
import { collectReports } from './reports.ts';
import { spawnCommand } from './spawn.ts';

/**
 * Goes through everything a start needs with a command that does nothing. What Node does for the first time takes
 * several times as long as later: an idle runner has the time for it, a start has not.
 */
export async function rehearse(folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  try {
    const paths = { output: join(folder, 'output'), reports: join(folder, 'reports') };
    makeFifos(paths.output, paths.reports);
    const pipes = { output: openPipe(paths.output), reports: openPipe(paths.reports) };
    const journal = openJournal(folder);
    const writer = await openLogWriter(folder, 'rehearsal', { now: Date.now });
    const launch = {
      file: '/bin/sh',
      argv0: 'sh',
      args: ['-c', 'echo; echo 1 >&3'],
      env: {},
      cwd: '/',
      wrapped: false,
    };
    const { child } = await spawnCommand(launch, { kind: 'process' }, pipes, folder);
    const exit = once(child, 'exit');
    journal.append({ kind: 'started', at: 0, process: identify(child.pid as number) });
    const output = pumpOutput(pipes.output.reading(), writer, { masks: ['x'], limit: 100, now: Date.now });
    const reports = collectReports(pipes.reports.reading(), journal, Date.now);
    await Promise.all([exit, output.done, reports.done]);
    journal.close();
    await writer.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
