import { ApiError } from '../../kernel/errors.ts';
import type { HostCredential } from '../../pure/agent-protocol.ts';
import { createSignedClient, type Fetch } from '../../wire/client/index.ts';
import { readIdentity, type StoredIdentity, writeIdentity } from './identity-file.ts';
import { newHostKey } from './join.ts';

/** The identity of a host that joined: what its agent's transport takes. */
export interface HostIdentity {
  readonly endpoint: string;
  readonly region: string;
  readonly name: string;
  credentials(): Promise<Session['credentials']>;
  /** The server does not know the session (any more): the next call brings another one. */
  forgetCredentials(): void;
}

interface Session {
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  /** By the monotonic clock, milliseconds. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/**
 * Hands out sessions of the host, a fresh one when half of the last one's life is over. With each the key is turned:
 * the next one is on the disk before the server hears of it, so that no crash on either side loses both. Undefined when
 * this host never joined.
 */
export function openHostIdentity(
  stateDir: string,
  fetch?: Fetch,
  /** Milliseconds that only ever rise. */
  monotonic: () => number = () => performance.now(),
): HostIdentity | undefined {
  const found = readIdentity(stateDir);
  if (found === undefined) return undefined;
  let stored: StoredIdentity = found;
  let session: Session | undefined;
  let renewing: Promise<Session> | undefined;
  const { endpoint, region, name } = stored;
  const client = createSignedClient({ endpoint, region, credentials: undefined, fetch });

  const renew = async (): Promise<Session> => {
    const nextKey = stored.nextKey ?? newHostKey();
    const { nextKey: _, ...rest } = stored;
    stored = { ...rest, nextKey };
    writeIdentity(stateDir, stored);
    const input = { key: stored.key, nextKey };
    const asked = monotonic();
    const answer = (await client.call('pipewright', 'RenewHostCredential', input)) as HostCredential;
    stored = { ...rest, key: nextKey };
    writeIdentity(stateDir, stored);
    const { accessKeyId, secretAccessKey, sessionToken, lifetimeSeconds } = answer;
    session = {
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      renewAt: asked + lifetimeSeconds * 500,
      endsAt: asked + lifetimeSeconds * 1000,
    };
    return session;
  };

  return {
    endpoint,
    region,
    name,
    async credentials() {
      if (session && monotonic() < session.renewAt) return session.credentials;
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
      try {
        return (await renewing).credentials;
      } catch (error) {
        // A line that is down costs nothing while the session still holds.
        if (!(error instanceof ApiError) && session && monotonic() < session.endsAt)
          return session.credentials;
        throw error;
      }
    },
    forgetCredentials() {
      session = undefined;
    },
  };
}
