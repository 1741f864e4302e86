import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere } from './files.ts';
import { isAlive, startTimeOf } from './processes.ts';

/** The agent that works in a state folder now. */
export function runningAgent(
  stateDir: string,
): { readonly pid: number; readonly startTime: string } | undefined {
  const [pid = '', startTime = ''] = (readFileIfThere(join(stateDir, LOCK_FILE)) ?? '').split(' ');
  return pid !== '' && isAlive(Number(pid), startTime) ? { pid: Number(pid), startTime } : undefined;
}

const LOCK_FILE = 'agent.lock';

/** Keeps a second agent out of a state folder. A lock whose process is gone (`kill -9`) counts for nothing. */
export function lockStateDir(stateDir: string): () => void {
  mkdirSync(stateDir, { recursive: true, mode: 0o711 });
  const path = join(stateDir, LOCK_FILE);
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, `${process.pid} ${startTimeOf(process.pid) ?? ''}`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const [pid = '', startTime = ''] = (readFileIfThere(path) ?? '').split(' ');
      if (attempt > 3 || isAlive(Number(pid), startTime)) {
        throw new Error(`another agent (process ${pid}) works in ${stateDir}`, { cause: error });
      }
      rmSync(path, { force: true });
    }
  }
}
