import { EventEmitter, once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { createHttpServer, expectsContinue, type HttpServer, type HttpServerOptions } from './http-server.ts';

const open: HttpServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close({ graceMs: 0 });
});

async function start(handler: Parameters<typeof createHttpServer>[0], options?: HttpServerOptions) {
  const server = createHttpServer(handler, options);
  open.push(server);
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, port };
}

async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  return text(socket);
}

it('refuses headers that are too big, no HTTP, or never end', async () => {
  const { port } = await start((_request, response) => response.end(), { headersTimeoutMs: 50 });
  expect(await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(40_000)}\r\n\r\n`)).toContain(
    ' 431 ',
  );
  expect(await exchange(port, 'nonsense\r\n\r\n')).toContain(' 400 ');
  expect(await exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\n')).toContain(' 408 ');
});

it('hangs up on silence', async () => {
  const { port } = await start(() => {}, { idleTimeoutMs: 20 });
  expect(await exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
});

it('leaves it to the handler whether the body may come', async () => {
  const { port } = await start((request, response) => {
    expect(expectsContinue(request)).toBe(true);
    response.writeHead(403, { connection: 'close' }).end();
  });
  const answer = await exchange(
    port,
    'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1.1 403 /);
});

it('tells when the port is taken', async () => {
  const { port } = await start(() => {});
  const second = createHttpServer(() => {});
  await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await second.close();
});

it('lets requests under way finish when it closes, and drops their kept connections', async () => {
  const held: ServerResponse[] = [];
  const arrived = new EventEmitter();
  const { server, port } = await start((_request, response) => {
    held.push(response);
    arrived.emit('request');
  });
  const agent = new Agent({ keepAlive: true });
  const request = get({ port, host: '127.0.0.1', agent });
  await once(arrived, 'request');
  const closed = server.close({ graceMs: 60_000 });
  held[0]?.end('late');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(await text(response)).toBe('late');
  await closed;
  agent.destroy();
});

it('cuts what does not end in time', async () => {
  const arrived = new EventEmitter();
  const { server, port } = await start(() => arrived.emit('request'));
  const answer = exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(arrived, 'request');
  await server.close({ graceMs: 1 });
  expect(await answer.catch(() => '')).toBe('');
});
