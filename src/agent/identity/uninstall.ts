import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningAgent } from '../state/lock.ts';
import { isAlive } from '../state/processes.ts';

/** Asks the agent of a state folder to end and waits for it; false when none runs. */
export async function stopAgent(stateDir: string): Promise<boolean> {
  const agent = runningAgent(stateDir);
  if (!agent) return false;
  process.kill(agent.pid, 'SIGTERM');
  while (isAlive(agent.pid, agent.startTime)) await sleep(50);
  return true;
}

/**
 * Removes the agent from this host: identity, revisions, journals and logs (D1.5). What deployments installed stays, and
 * so do daemons that hooks started. False when there was nothing.
 */
export async function uninstallAgent(stateDir: string): Promise<boolean> {
  if (!existsSync(stateDir)) return false;
  await stopAgent(stateDir);
  rmSync(stateDir, { recursive: true, force: true, maxRetries: 20 });
  return true;
}
