import { NATIVE_PATH } from '../../server/native/paths.ts';
import type { Connection } from './connection.ts';
import { signIn } from './native-session.ts';
import { readServerSentEvents } from './server-sent-events.ts';

/** What changed on the server: read again whatever depends on it. */
export interface LiveChange {
  readonly topic: string;
  readonly id: string;
}

/** Pushes changes as they are committed. The first one, of topic `hello`, says that the stream stands. */
export async function* followChanges(
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<LiveChange> {
  const cookie = await signIn(connection);
  const stream = await fetch(`${connection.endpoint}${NATIVE_PATH}/stream`, { headers: { cookie }, signal });
  if (!stream.ok || stream.body === null) throw new Error(`the live stream answered ${stream.status}`);
  for await (const { event, data } of readServerSentEvents(stream.body)) {
    if (event === 'hello') yield { topic: 'hello', id: '' };
    if (event === 'change') yield JSON.parse(data) as LiveChange;
  }
}

/** Asks when the stream stands and at every change until there is an answer; undefined when the stream ends before. */
export async function firstAnswer<T>(
  connection: Connection,
  ask: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for await (const _ of followChanges(connection, signal)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return undefined;
}
