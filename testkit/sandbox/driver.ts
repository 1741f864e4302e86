import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createSandbox, type SandboxOptions } from '../../src/kernel/sandbox/create-sandbox.ts';
import type { Sandbox, SandboxSpec } from '../../src/kernel/sandbox/port.ts';
import type { OwnerOrder } from './owner.ts';

/** What the contract needs of a driver. */
export interface SandboxDriver {
  open(parts: Pick<SandboxOptions, 'dataDir' | 'clock' | 'logger' | 'testClockSocket'>): Promise<Sandbox>;
  /** Another process opens the sandbox and starts a run; resolves when it has. */
  startElsewhere(dataDir: string, key: string, spec: SandboxSpec): Promise<Elsewhere>;
  /** Process id of the runner of a run. */
  runnerOf(dataDir: string, key: string): number;
}

export interface Elsewhere {
  /** SIGKILL to that process; resolves when it is gone. */
  kill(): Promise<void>;
  /** Lets it end by itself. */
  dismiss(): Promise<void>;
}

/** A driver of the local machine. */
export function localDriver(how: Pick<SandboxOptions, 'driver' | 'cgroups' | 'runAs'>): SandboxDriver {
  return {
    open: (parts) => createSandbox({ ...parts, ...how, spares: 1 }),
    startElsewhere: (dataDir, key, spec) =>
      startOwner({ options: { dataDir, ...how, spares: 1 }, key, spec }),
    runnerOf(dataDir, key) {
      const [claimed] = readFileSync(join(dataDir, 'runs', key, 'journal'), 'utf8').split('\n');
      return (JSON.parse(claimed as string) as { runner: { pid: number } }).runner.pid;
    },
  };
}

const OWNER = fileURLToPath(new URL('owner.ts', import.meta.url));

/** Starts `owner.ts` or a bundle of it, as another user where one is given. */
export async function startOwner(
  order: OwnerOrder,
  user?: { readonly uid: number; readonly gid: number },
  owner = OWNER,
): Promise<Elsewhere> {
  const child = spawn(process.execPath, [owner, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '' },
    ...user,
  });
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'started') throw new Error(line);
    return {
      async kill() {
        child.kill('SIGKILL');
        await closed;
      },
      async dismiss() {
        child.stdin.end();
        await closed;
      },
    };
  }
  throw new Error('the other process ended before it had started the run');
}
