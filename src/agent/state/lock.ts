import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere } from './files.ts';
import { isAlive, startTimeOf } from './processes.ts';

/** Keeps a second agent out of a state folder. A lock whose process is gone (`kill -9`) counts for nothing. */
export function lockStateDir(stateDir: string): () => void {
  mkdirSync(stateDir, { recursive: true, mode: 0o711 });
  const path = join(stateDir, 'agent.lock');
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
