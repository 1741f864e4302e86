import { join } from 'node:path';
import { loadConfig } from '../../src/kernel/config/load.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { inFolder } from './folder.ts';

/** A whole server in this process, on real time. */
export async function withServer<T>(work: (server: RunningServer, dir: string) => Promise<T>): Promise<T> {
  return await inFolder(async (dir) => {
    const flags = { dataDir: join(dir, 'data'), port: 0, sandbox: 'process', logLevel: 'error' };
    const config = loadConfig({ flags, env: {} });
    const logger = createLogger({ level: 'error', destination: process.stderr });
    const server = await startServer(config, { env: {}, logger });
    try {
      return await work(server, dir);
    } finally {
      await server.close();
    }
  });
}

export function clientConfig({ endpoint, config, credentials }: RunningServer) {
  return { endpoint, region: config.region, credentials };
}
