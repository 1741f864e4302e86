import type { HttpServerOptions } from '../../kernel/http/http-server.ts';
import { newId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/telemetry/logger.ts';

/** Gives an id, in the answer and in the log, to what is no request at all or more than one can be. */
export function refusalsWithIds(logger: Logger): NonNullable<HttpServerOptions['refused']> {
  return (status, reason) => {
    const requestId = newId();
    logger.info({ requestId, status, reason }, 'what came on a connection was refused unread');
    return { 'x-amzn-requestid': requestId };
  };
}
