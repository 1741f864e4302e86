import { runAgent } from '../../src/agent/index.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';

/** An agent as a process of its own, told everything as JSON in its first argument. */
const { tags, ...options } = JSON.parse(process.argv[2] as string) as {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  tags: Record<string, string>;
  name: string;
  root: string;
  stateDir: string;
};
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runAgent({
  ...options,
  tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  signal: stop.signal,
  logger: createLogger({ level: 'silent' }),
});
process.exit(0);
