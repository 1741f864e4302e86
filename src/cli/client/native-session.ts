import { NATIVE_PATH } from '../../server/native/paths.ts';
import type { Connection } from './connection.ts';
import { ownService } from './own-service.ts';

/** Opens a session the way a browser does, through a one-time link; answers the cookie. */
export async function signIn(connection: Connection): Promise<string> {
  const link = new URL(await ownService(connection).createConsoleLink());
  const token = new URLSearchParams(link.hash.slice(1)).get('token');
  const answer = await fetch(`${connection.endpoint}${NATIVE_PATH}/session`, {
    method: 'POST',
    headers: { 'x-pipewright': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (!answer.ok || cookie === undefined) throw new Error(`the sign-in answered ${answer.status}`);
  return cookie;
}
