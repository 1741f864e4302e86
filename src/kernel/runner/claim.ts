import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxSpec } from '../sandbox/port.ts';
import { identify } from './identity.ts';
import { type Journal, openJournal } from './journal.ts';
import { type Claim, JOURNAL, type RunnerSetup, SPEC } from './protocol.ts';
import type { Spare } from './spare.ts';

export interface Claimed {
  /** The run's folder. */
  readonly folder: string;
  readonly journal: Journal;
  /** Set where processes are not held by anything else. */
  readonly marker: string | undefined;
}

/**
 * Gives the prepared folder the run's name. That is the claim: it happens once for each key, survives a loss of power
 * and says from its first moment who the runner is, so that nobody ever has to guess about a claim without a runner.
 * Undefined when somebody else has it.
 */
export function claim(
  setup: RunnerSetup,
  spare: Spare,
  { key, folder, spec, driver }: Claim,
): Claimed | undefined {
  const path = join(setup.runsDir, folder);
  const marker = driver.kind === 'process' && !spare.cgroup ? randomUUID() : undefined;
  writeFileSync(join(spare.folder, SPEC), JSON.stringify(withoutSecrets(spec), undefined, 1), {
    mode: 0o600,
  });
  const journal = openJournal(spare.folder);
  journal.append({
    kind: 'claimed',
    at: spare.clock.now(),
    key,
    runner: identify(process.pid),
    driver: driver.kind,
    ...(spare.cgroup ? { cgroup: spare.cgroup.folders } : {}),
    ...(marker === undefined ? {} : { marker }),
  });
  journal.sync();
  try {
    renameSync(spare.folder, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    journal.close();
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    rmSync(join(spare.folder, SPEC));
    rmSync(join(spare.folder, JOURNAL));
    return undefined;
  }
  syncFolder(setup.runsDir);
  return { folder: path, journal, marker };
}

/** Kept for people who look for what ran. Values of the environment and masks stay out of the disk. */
function withoutSecrets(spec: SandboxSpec) {
  const { env, masks, ...rest } = spec;
  return { ...rest, env: Object.keys(env), masks: masks.length };
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
