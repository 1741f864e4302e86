import type { Dialect } from '../../src/kernel/database/port.ts';
import { killAgents } from './real-kill-agent.ts';
import { killBuilds } from './real-kill-build.ts';
import { killServers } from './real-kill-server.ts';

/**
 * `bin/pipewright.mjs up`, its runners and `pipewright agent` as processes of their own, killed with signal 9 once at
 * each kind of moment. Whoever is to be killed is held where it is by a file, never caught by luck.
 */
export function killForReal(dialect: Dialect): void {
  killServers(dialect);
  killBuilds(dialect);
  killAgents(dialect);
}
