import { createHash, randomBytes } from 'node:crypto';
import { errorText } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/telemetry/logger.ts';
import type { HostCredential } from '../../pure/agent-protocol.ts';
import { createSignedClient, type Fetch } from '../../wire/client/index.ts';
import { pause } from '../backoff.ts';
import { checkEndpoint } from '../endpoint.ts';
import { isRefusal } from '../errors.ts';
import { readIdentity, readPendingJoin, writeIdentity, writePendingJoin } from './identity-file.ts';

export interface JoinOptions {
  readonly endpoint: string;
  readonly name: string;
  readonly stateDir: string;
  readonly token: string;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly fetch?: Fetch | undefined;
  readonly allowPlainHttp?: boolean | undefined;
}

/**
 * Exchanges a one-time token for an identity of this host, kept in its state folder. A token that was exchanged here
 * before is left alone, so that a service may be started with it again and again. Rejects when the server refuses.
 */
export async function joinHost(options: JoinOptions): Promise<void> {
  const { endpoint, name, stateDir, token, signal, logger } = options;
  checkEndpoint(endpoint, options.allowPlainHttp);
  const tokenHash = createHash('sha256').update(token).digest('hex');
  if (readIdentity(stateDir)?.tokenHash === tokenHash) return;
  const begun = readPendingJoin(stateDir);
  const key = begun?.tokenHash === tokenHash ? begun.key : newHostKey();
  writePendingJoin(stateDir, { tokenHash, key });
  const client = createSignedClient({ endpoint, region: '', credentials: undefined, fetch: options.fetch });
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      const input = { token, name, key };
      const { account, region } = (await client.call('pipewright', 'JoinHost', input, {
        signal,
      })) as HostCredential;
      writeIdentity(stateDir, { endpoint, name, account, region, tokenHash, key });
      logger.info({ host: name, account, region }, 'joined');
      return;
    } catch (error) {
      if (signal.aborted || isRefusal(error)) throw error;
      logger.warn({ reason: errorText(error) }, 'the server does not answer; trying again');
      await pause(attempt, signal);
    }
  }
}

export function newHostKey(): string {
  return randomBytes(32).toString('base64url');
}
