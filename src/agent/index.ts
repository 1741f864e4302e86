export { type HostIdentity, openHostIdentity } from './identity/host-identity.ts';
export { joinHost } from './identity/join.ts';
export { stopAgent, uninstallAgent } from './identity/uninstall.ts';
export type { AgentOptions } from './options.ts';
export { runAgent } from './run-agent.ts';
export { runningAgent } from './state/lock.ts';
export type { AgentTransport } from './transport.ts';
