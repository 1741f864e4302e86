import { native } from './native.ts';

/**
 * Takes the one-time token out of the address (`#token=…`), so that it stays neither in the history nor in a
 * bookmark. Undefined when the address has none.
 */
export function takeToken(location: Location, history: History): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null || token === '') return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

/** Exchanges the token for the session cookie; false when it was used before or is too old. */
export async function exchangeToken(token: string): Promise<boolean> {
  const answer = await native('POST', '/session', { token });
  if (answer.status === 401) return false;
  if (!answer.ok) throw new Error(`The server answered ${answer.status} to the sign-in.`);
  return true;
}
