import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../kernel/telemetry/logger.ts';
import { openHostIdentity } from './host-identity.ts';
import { readIdentity, readPendingJoin } from './identity-file.ts';
import { joinHost } from './join.ts';

/** A line that breaks where it is told to: each call is noted, then answered or cut. */
interface Call {
  readonly operation: string;
  readonly input: Record<string, string>;
}
let dir: string;
let server: Server;
let endpoint: string;
let calls: Call[];
let answer: (call: Call, response: ServerResponse) => void;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'identity-'));
  calls = [];
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve).closeAllConnections());
  rmSync(dir, { recursive: true, force: true });
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const operation = String(request.headers['x-amz-target']).split('.')[1] as string;
  const call = { operation, input: JSON.parse(await text(request)) as Record<string, string> };
  calls.push(call);
  answer(call, response);
}

let sessions = 0;
const grant = (response: ServerResponse, lifetimeSeconds = 3600) => {
  const keys = { accessKeyId: `ASIA${++sessions}`, secretAccessKey: 's', sessionToken: 't' };
  response.end(
    JSON.stringify({ account: '111111111111', region: 'eu-west-1', name: 'h', ...keys, lifetimeSeconds }),
  );
};
const cut = (response: ServerResponse) => response.destroy();
const refuse = (response: ServerResponse) => {
  response.statusCode = 401;
  response.end(JSON.stringify({ __type: 'InvalidJoinTokenException', message: 'no' }));
};
const joining = (token = 'token') =>
  joinHost({
    endpoint,
    name: 'h',
    stateDir: dir,
    token,
    signal: new AbortController().signal,
    logger: createLogger({ level: 'silent' }),
  });
const identity = () => openHostIdentity(dir) as NonNullable<ReturnType<typeof openHostIdentity>>;

test('a join whose answer is lost is asked for again with the same key', async () => {
  answer = (_, response) => (calls.length === 1 ? cut(response) : grant(response));
  await joining();
  expect(calls).toHaveLength(2);
  expect(calls[1]).toEqual(calls[0]);
  expect(readIdentity(dir)).toMatchObject({
    endpoint,
    name: 'h',
    region: 'eu-west-1',
    key: calls[0]?.input['key'],
  });
  expect(readPendingJoin(dir)).toBeUndefined();
  // The same token again, as a service is started again: nothing to be done.
  await joining();
  expect(calls).toHaveLength(2);
});

test('a refused token leaves the identity that was there', async () => {
  answer = (_, response) => grant(response);
  await joining();
  const before = readIdentity(dir);
  answer = (_, response) => refuse(response);
  await expect(joining('another')).rejects.toMatchObject({ code: 'InvalidJoinTokenException' });
  expect(readIdentity(dir)).toEqual(before);
});

test('one renewal serves everybody who asks, and its session holds for half its life', async () => {
  answer = (_, response) => grant(response);
  await joining();
  const host = identity();
  const [a, b] = await Promise.all([host.credentials(), host.credentials()]);
  expect(a).toBe(b);
  expect(await host.credentials()).toBe(a);
  expect(calls.map((call) => call.operation)).toEqual(['JoinHost', 'RenewHostCredential']);
  // Told that its keys are not known any more, it takes others.
  host.forgetCredentials();
  expect(await host.credentials()).not.toBe(a);
  expect(calls.at(-1)?.input['key']).toBe(calls.at(-2)?.input['nextKey']);
});

test('a renewal whose answer is lost, and an agent killed there, ask for the same turn again', async () => {
  answer = (_, response) => grant(response);
  await joining();
  answer = (_, response) => cut(response);
  await expect(identity().credentials()).rejects.toThrow('does not answer');
  const lost = calls.at(-1);
  expect(readIdentity(dir)).toMatchObject({ key: lost?.input['key'], nextKey: lost?.input['nextKey'] });
  answer = (_, response) => grant(response);
  await identity().credentials();
  expect(calls.at(-1)).toEqual(lost);
  expect(readIdentity(dir)).toMatchObject({ key: lost?.input['nextKey'] });
  expect(readIdentity(dir)?.nextKey).toBeUndefined();
});

test('while the line is down a session that still holds is used', async () => {
  answer = (_, response) => grant(response);
  await joining();
  let now = 0;
  const host = openHostIdentity(dir, undefined, () => now);
  const first = await host?.credentials();
  answer = (_, response) => cut(response);
  now = 1_790_000;
  expect(await host?.credentials()).toBe(first);
  expect(calls).toHaveLength(2);
  // Due for renewal, and good for as long again.
  now = 1_810_000;
  expect(await host?.credentials()).toBe(first);
  expect(calls).toHaveLength(3);
  now = 3_600_000;
  await expect(host?.credentials()).rejects.toThrow('does not answer');
});
