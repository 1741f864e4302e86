import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { ConsoleSession, ConsoleSessions } from './sessions.ts';

export const SESSION_COOKIE = 'pipewright-session';

export interface SignedInVariables {
  readonly session: ConsoleSession;
}

/**
 * Keeps other sites out of whatever changes something: a form of theirs can set neither the header nor our Origin.
 * A request without Origin comes from no page at all.
 */
export const sameOrigin: MiddlewareHandler = async (context, next) => {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return await next();
  const origin = context.req.header('origin');
  const host = context.req.header('host') ?? '';
  const foreign = origin !== undefined && originHost(origin) !== host;
  if (foreign || context.req.header('x-pipewright') !== '1') {
    return context.json({ message: 'This address answers only to the console itself.' }, 403);
  }
  return await next();
};

/** Lets a request on only with the cookie of a living session. */
export function signedIn(sessions: ConsoleSessions): MiddlewareHandler<{ Variables: SignedInVariables }> {
  return async (context, next) => {
    const cookie = getCookie(context as Context, SESSION_COOKIE);
    const session = cookie === undefined ? undefined : await sessions.find(cookie);
    if (session === undefined) return context.json({ message: 'Sign in first: pipewright console' }, 401);
    context.set('session', session);
    return await next();
  };
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
