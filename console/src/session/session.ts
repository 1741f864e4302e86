import { credentialKeeper, type IssuedCredentials, SignedOutError } from './credentials.ts';
import { native } from './native.ts';
import { exchangeToken } from './sign-in-token.ts';

export type SignedOutReason = 'none' | 'refused-link' | 'expired' | 'by-choice';

export type SessionState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'signed-in'; readonly account: string; readonly region: string }
  | { readonly kind: 'signed-out'; readonly reason: SignedOutReason }
  | { readonly kind: 'unreachable'; readonly message: string };

let state: SessionState = { kind: 'opening' };
const listeners = new Set<() => void>();

export function sessionState(): SessionState {
  return state;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Credentials for the AWS clients. Rejects with `SignedOutError`, and says so to the page, once the cookie is gone. */
export const credentials = credentialKeeper(issueCredentials);

/** Signs in with the token when there is one, otherwise with the cookie of an earlier sign-in. */
export async function openSession(token: string | undefined): Promise<void> {
  change({ kind: 'opening' });
  try {
    const refused = token !== undefined && !(await exchangeToken(token));
    // A used link still opens the console in the browser that is signed in already.
    const issued = await credentials().catch((error: unknown) => {
      if (error instanceof SignedOutError) return undefined;
      throw error;
    });
    if (issued !== undefined) change({ kind: 'signed-in', account: issued.account, region: issued.region });
    else change({ kind: 'signed-out', reason: refused ? 'refused-link' : 'none' });
  } catch (error) {
    change({ kind: 'unreachable', message: error instanceof Error ? error.message : String(error) });
  }
}

export async function signOut(): Promise<void> {
  await native('DELETE', '/session').catch(() => undefined);
  change({ kind: 'signed-out', reason: 'by-choice' });
}

/** Asks whether the cookie is still good, after the live stream broke. */
export async function checkSession(): Promise<void> {
  await issueCredentials().catch(() => undefined);
}

async function issueCredentials(): Promise<IssuedCredentials> {
  const answer = await native('POST', '/credentials');
  if (answer.status === 401) {
    if (state.kind === 'signed-in') change({ kind: 'signed-out', reason: 'expired' });
    throw new SignedOutError('The session has ended.');
  }
  if (!answer.ok) throw new Error(`The server answered ${answer.status} to the request for credentials.`);
  const issued = (await answer.json()) as Omit<IssuedCredentials, 'expiration'> & {
    readonly expiration: string;
  };
  return { ...issued, expiration: new Date(issued.expiration) };
}

function change(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}
