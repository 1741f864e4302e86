import { appendFileSync } from 'node:fs';

/**
 * Named places where the crash suite stops the process. In production `hit` does nothing; with
 * `PIPEWRIGHT_FAILPOINT=<name>[#<n>]` the process kills itself with SIGKILL at the n-th hit (default the first), and
 * with `PIPEWRIGHT_FAILPOINTS_RECORD=<file>` each hit appends its name to the file.
 */
export interface Failpoints {
  hit(name: string): void;
}

/** Failpoints as the environment asks for them. */
export function createFailpoints(env: Readonly<Record<string, string | undefined>>): Failpoints {
  const record = env['PIPEWRIGHT_FAILPOINTS_RECORD'];
  const [target, count = '1'] = (env['PIPEWRIGHT_FAILPOINT'] ?? '').split('#');
  if (!target && !record) return { hit: () => {} };
  let left = Number(count);
  if (!Number.isInteger(left) || left < 1) throw new Error(`PIPEWRIGHT_FAILPOINT: no count: ${count}`);
  return {
    hit(name) {
      if (record) appendFileSync(record, `${name}\n`);
      if (name !== target || --left > 0) return;
      process.kill(process.pid, 'SIGKILL');
      // Nothing after the failpoint may run, not even until the signal arrives.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  };
}
