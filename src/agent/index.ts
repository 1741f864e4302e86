export type { AgentOptions } from './options.ts';
export { runAgent } from './run-agent.ts';
export type { AgentTransport } from './transport.ts';
