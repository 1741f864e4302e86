import type { LogRecord } from '../../kernel/log-streams/port.ts';
import { NATIVE_PATH } from '../../server/native/paths.ts';
import type { Connection } from './connection.ts';
import { signIn } from './native-session.ts';
import { readServerSentEvents } from './server-sent-events.ts';

/** A log by its CloudWatch names. */
export interface LogAddress {
  readonly group: string;
  readonly stream: string;
  readonly offset: number;
}

/** Pushes a log's lines as they are written, until it ends or the signal aborts. */
export async function* followLog(
  connection: Connection,
  address: LogAddress,
  signal: AbortSignal,
): AsyncGenerator<readonly LogRecord[]> {
  const cookie = await signIn(connection);
  const headers = { cookie, 'x-pipewright': '1', 'content-type': 'application/json' };
  const base = `${connection.endpoint}${NATIVE_PATH}/stream`;
  const stream = await fetch(base, { headers, signal });
  if (!stream.ok || stream.body === null) throw new Error(`the live stream answered ${stream.status}`);
  for await (const { event, data } of readServerSentEvents(stream.body)) {
    const news = JSON.parse(data) as { id?: string; lines?: LogRecord[] };
    if (event === 'hello') {
      const body = JSON.stringify(address);
      const answer = await fetch(`${base}/${news.id}/logs`, { method: 'POST', headers, body, signal });
      if (!answer.ok) throw new Error(((await answer.json()) as { message: string }).message);
    }
    if (event === 'log') yield news.lines ?? [];
    if (event === 'log-end') return;
  }
}
