/** What the server hands out for an hour. Lives in memory only. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  readonly region: string;
  readonly account: string;
}

/** Thrown when the session is over; the page then shows how to get a new link. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError';
}

const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Keeps credentials fresh: the same ones until five minutes before they end, then new ones; callers that come
 * together share one request.
 */
export function credentialKeeper(
  issue: () => Promise<IssuedCredentials>,
  now: () => number = Date.now,
): () => Promise<IssuedCredentials> {
  let current: IssuedCredentials | undefined;
  let pending: Promise<IssuedCredentials> | undefined;
  return () => {
    if (current !== undefined && current.expiration.getTime() - now() > RENEW_BEFORE_MS) {
      return Promise.resolve(current);
    }
    pending ??= issue()
      .then((issued) => (current = issued))
      .finally(() => (pending = undefined));
    return pending;
  };
}
