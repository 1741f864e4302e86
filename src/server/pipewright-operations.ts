import { existsSync } from 'node:fs';
import type { Config } from '../kernel/config/schema.ts';
import { ApiError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { operation, type Principal, type RequestContext, type ServiceOperations } from '../wire/operation.ts';
import { type BackupParts, writeBackup } from './backup/write-backup.ts';
import { version } from './version.ts';

interface Parts {
  readonly kernel: Kernel;
  readonly config: Config;
  /** Wall milliseconds. */
  readonly startedAt: number;
  readonly atRest: NonNullable<BackupParts['atRest']>;
  readonly createConsoleLink: (principal: Principal) => Promise<string>;
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
    CreateBackup: operation({
      mutates: true,
      actsOutside: true,
      handler: async ({ file }: { readonly file: string }, context: RequestContext) => {
        checkOperator(context, parts.config);
        if (existsSync(file)) throw new ApiError('FileExistsException', `${file} is there already.`);
        const { dataDir, database, clock } = parts.kernel;
        return await writeBackup({ dataDir, database, now: clock.now(), atRest: parts.atRest }, file);
      },
    }),
    CreateConsoleLink: operation({
      mutates: true,
      handler: async (_input, context) => ({ url: await parts.createConsoleLink(context.principal) }),
    }),
  };
}

/**
 * A backup holds every account and lies wherever its caller says, so only who may read the data folder gets one written:
 * by the key that lies in it. Sessions of that account are the console's and say nothing of the machine.
 */
function checkOperator({ principal, operation: name }: RequestContext, { account }: Config): void {
  const { kind, accessKeyId } = principal;
  if (kind === 'root' && principal.account === account && !accessKeyId.startsWith('ASIA')) return;
  const message = `User: ${principal.arn} is not authorized to perform: pipewright:${name} because it takes the key in the data folder of the server`;
  throw new ApiError('AccessDeniedException', message, { status: 403 });
}
