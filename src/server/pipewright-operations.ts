import type { Config } from '../kernel/config/schema.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { operation, type ServiceOperations } from '../wire/operation.ts';
import { version } from './version.ts';

interface Parts {
  readonly kernel: Kernel;
  readonly config: Config;
  /** Wall milliseconds. */
  readonly startedAt: number;
  readonly createConsoleLink: (account: string) => Promise<string>;
}

/** The server's own operations of the `pipewright` service: what AWS has no operation for. */
export function createPipewrightOperations(parts: Parts): ServiceOperations {
  return {
    GetServerStatus: operation({
      mutates: false,
      handler: async () => ({
        version,
        startedAt: new Date(parts.startedAt),
        database: parts.kernel.database.dialect,
        sandbox: parts.kernel.sandbox.driver,
      }),
    }),
    CreateConsoleLink: operation({
      mutates: true,
      handler: async (_input, context) => ({ url: await parts.createConsoleLink(context.principal.account) }),
    }),
  };
}
