import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../../testkit/support/test-server.ts';

const OWN = { 'x-pipewright': '1', 'content-type': 'application/json' };

async function signIn(server: TestServer): Promise<{ readonly cookie: string }> {
  const token = new URL(await server.createConsoleLink()).hash.slice('#token='.length);
  const answer = await fetch(`${server.endpoint}/_pipewright/session`, {
    method: 'POST',
    headers: OWN,
    body: JSON.stringify({ token }),
  });
  return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

test('signing out ends the live streams of that session, and of no other', async () => {
  await using server = await startTestServer();
  const [leaving, staying] = [await signIn(server), await signIn(server)];
  const open = async (headers: { readonly cookie: string }) => {
    const answer = await fetch(`${server.endpoint}/_pipewright/stream`, { headers });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    return reader;
  };
  const ended = await open(leaving);
  const kept = await open(staying);
  const out = await fetch(`${server.endpoint}/_pipewright/session`, {
    method: 'DELETE',
    headers: { ...OWN, ...leaving },
  });
  expect(out.status).toBe(204);
  while (!(await ended.read()).done);
  // The next thing that the other one hears is a change, not its end.
  const change = kept.read();
  const scope = { account: server.config.account, region: server.config.region };
  const { changes, database } = server.kernel;
  await database.transaction(async (tx) => {
    changes.publish(tx, { topic: 'test', id: 'one', scope, sequence: 0 });
  });
  expect((await change).done).toBe(false);
  await kept.cancel();
});

test('a session has a bound of streams', async () => {
  await using server = await startTestServer();
  const session = await signIn(server);
  const abort = new AbortController();
  const open = () =>
    fetch(`${server.endpoint}/_pipewright/stream`, { headers: session, signal: abort.signal });
  const statuses: number[] = [];
  for (let n = 0; n < 33; n++) statuses.push((await open()).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(32);
  expect(statuses.at(-1)).toBe(429);
  abort.abort();
});
