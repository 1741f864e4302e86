import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import type { Kernel } from '../../kernel/kernel.ts';
import type { IamRoom } from '../../services/iam/index.ts';
import type { LogsRoom } from '../../services/logs/index.ts';
import { consoleFiles } from './console-files.ts';
import { SESSION_COOKIE, type SignedInVariables, sameOrigin, signedIn } from './guard.ts';
import { openLiveStream, type SendEvent } from './live-stream.ts';
import { createOpenStreams } from './open-streams.ts';
import { CONSOLE_PATH, NATIVE_PATH } from './paths.ts';
import type { ConsoleSession, ConsoleSessions } from './sessions.ts';

const CREDENTIAL_LIFE_SECONDS = 3600;
const MAX_BODY = 16 * 1024;
const KEEP_ALIVE_MS = 20_000;

const tokenBody = z.object({ token: z.string().min(1).max(200) });
const logBody = z.object({
  group: z.string().min(1).max(512),
  stream: z.string().min(1).max(512),
  offset: z.number().int().min(0),
});

interface Parts {
  readonly kernel: Pick<Kernel, 'changes' | 'clock' | 'logs'>;
  readonly iam: IamRoom;
  readonly logsRoom: LogsRoom;
  readonly sessions: ConsoleSessions;
  readonly region: string;
  /** The built console. */
  readonly consoleFolder: string;
}

/** The native routes below `/_pipewright/`. */
export function createNativeApp(parts: Parts): Hono<{ Variables: SignedInVariables }> {
  const app = new Hono<{ Variables: SignedInVariables }>().basePath(NATIVE_PATH);
  const guard = signedIn(parts.sessions);
  const streams = createOpenStreams();
  app.use(sameOrigin);
  app.use(bodyLimit({ maxSize: MAX_BODY }));

  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/console', (context) => context.redirect(CONSOLE_PATH));
  app.get('/console/*', consoleFiles(parts.consoleFolder));

  app.post('/session', async (context) => {
    const body = tokenBody.safeParse(await context.req.json().catch(() => undefined));
    const redeemed = body.success ? await parts.sessions.redeem(body.data.token) : undefined;
    if (redeemed === undefined)
      return context.json({ message: 'This link was used before or is too old.' }, 401);
    setCookie(context, SESSION_COOKIE, redeemed.cookie, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: new URL(context.req.url).protocol === 'https:',
      path: NATIVE_PATH,
      expires: new Date(redeemed.session.expiresAt),
    });
    return context.json({ account: accountOf(redeemed.session), region: parts.region });
  });
  app.delete('/session', async (context) => {
    const cookie = getCookie(context, SESSION_COOKIE);
    if (cookie !== undefined) {
      await parts.sessions.end(cookie);
      streams.endOf(cookie);
    }
    deleteCookie(context, SESSION_COOKIE, { path: NATIVE_PATH });
    return context.body(null, 204);
  });
  app.post('/credentials', guard, async (context) => {
    const { standing, expiresAt } = context.get('session');
    const { principal, details } = standing;
    const left = Math.ceil((expiresAt - parts.kernel.clock.wall()) / 1000);
    const issued = await parts.iam.issueSession(principal, Math.min(left, CREDENTIAL_LIFE_SECONDS), details);
    const { account } = principal;
    const expiration = new Date(issued.expiration).toISOString();
    context.header('cache-control', 'no-store');
    return context.json({ ...issued, expiration, region: parts.region, account });
  });

  app.get('/stream', guard, (context) => {
    const session = context.get('session');
    const scope = { account: accountOf(session), region: parts.region };
    const cookie = getCookie(context, SESSION_COOKIE) as string;
    if (!streams.hasRoom(cookie)) return context.json({ message: 'This session has too many streams.' }, 429);
    return streamSSE(context, async (sse) => {
      const send: SendEvent = (event, data) => sse.writeSSE({ event, data: JSON.stringify(data) });
      const stream = openLiveStream({ ...parts.kernel, logsRoom: parts.logsRoom }, scope, send);
      const { promise: over, resolve: end } = Promise.withResolvers<void>();
      sse.onAbort(end);
      streams.add(cookie, stream, end);
      const expiry = setTimeout(end, Math.max(0, session.expiresAt - parts.kernel.clock.wall())).unref();
      const beat = setInterval(() => void sse.write(': alive\n\n').catch(() => {}), KEEP_ALIVE_MS);
      try {
        await send('hello', { id: stream.id });
        await over;
      } finally {
        clearTimeout(expiry);
        clearInterval(beat);
        streams.remove(stream.id);
        stream.close();
      }
    });
  });
  app.post('/stream/:id/logs', guard, async (context) => {
    const stream = streams.find(context.req.param('id'), accountOf(context.get('session')));
    if (stream === undefined) return context.json({ message: 'This stream has ended.' }, 404);
    const body = logBody.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.json({ message: z.prettifyError(body.error) }, 400);
    const subscription = await stream.followLog(body.data);
    if (subscription === undefined) return context.json({ message: 'There is no such log.' }, 404);
    return context.json({ subscription });
  });
  app.delete('/stream/:id/logs/:subscription', guard, (context) => {
    const stream = streams.find(context.req.param('id'), accountOf(context.get('session')));
    stream?.dropLog(context.req.param('subscription'));
    return context.body(null, 204);
  });
  return app;
}

function accountOf({ standing }: ConsoleSession): string {
  return standing.principal.account;
}
