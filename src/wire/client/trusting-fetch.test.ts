import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trustingFetch } from './trusting-fetch.ts';

let server: Server;
let endpoint: string;
let closed = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) closed++;
    });
    if (request.url === '/away') response.writeHead(302, { location: 'http://192.0.2.1/' }).end();
    else if (request.url === '/slow') response.writeHead(200).write('first');
    else if (request.url === '/nothing') response.writeHead(204).end();
    else request.pipe(response.writeHead(201, { 'x-method': request.method }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve).closeAllConnections());
});

const fetch = trustingFetch('');

test('sends a body and reads the answer', async () => {
  const answer = await fetch(`${endpoint}/`, {
    method: 'POST',
    body: Buffer.from('hello'),
    redirect: 'error',
  });
  expect([answer.status, await answer.text()]).toEqual([201, 'hello']);
  expect((await fetch(`${endpoint}/nothing`, { redirect: 'error' })).status).toBe(204);
});

test('follows nobody to another place', async () => {
  await expect(fetch(`${endpoint}/away`, { redirect: 'error' })).rejects.toThrow(
    'redirected to http://192.0.2.1/',
  );
});

test('an abort ends the body that is still coming, and the line', async () => {
  const abort = new AbortController();
  const answer = await fetch(`${endpoint}/slow`, { signal: abort.signal, redirect: 'error' });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('first');
  abort.abort(new Error('enough'));
  await expect(reader.read()).rejects.toThrow(/enough|abort/i);
  while (closed === 0) await sleep(10);
});
