import { EventEmitter, once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it, vi } from 'vitest';
import { openConnection, sendBytes } from '../../../testkit/support/raw-bytes.ts';
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

it('refuses headers that are too big, no HTTP, or never end', async () => {
  const { port } = await start((_request, response) => response.end());
  expect(await sendBytes(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(40_000)}\r\n\r\n`)).toContain(
    ' 431 ',
  );
  expect(await sendBytes(port, 'nonsense\r\n\r\n')).toContain(' 400 ');
  const hurried = await start((_request, response) => response.end(), { headersTimeoutMs: 50 });
  expect(await sendBytes(hurried.port, 'GET / HTTP/1.1\r\nHost: x\r\n')).toContain(' 408 ');
});

it('hangs up on silence', async () => {
  const { port } = await start(() => {}, { idleTimeoutMs: 20 });
  expect(await sendBytes(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
});

it('leaves it to the handler whether the body may come', async () => {
  const { port } = await start((request, response) => {
    expect(expectsContinue(request)).toBe(true);
    response.writeHead(403, { connection: 'close' }).end();
  });
  const answer = await sendBytes(
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
  const answer = sendBytes(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(arrived, 'request');
  await server.close({ graceMs: 1 });
  expect(await answer.catch(() => '')).toBe('');
});

it('gives headers to all that it refuses by itself, and tells why', async () => {
  const reasons: string[] = [];
  const refused = (status: number, reason: string) => {
    reasons.push(reason);
    return { 'x-id': `${status}-${reasons.length}` };
  };
  const { port } = await start((_request, response) => response.end('handled'), { refused });
  const head = 'GET / HTTP/1.1\r\nHost: x\r\n';
  const many = (count: number) =>
    sendBytes(port, `${head}Connection: close\r\n${'A: b\r\n'.repeat(count - 2)}\r\n`);
  expect(await many(200)).toContain('handled');
  expect(await many(201)).toMatch(/^HTTP\/1.1 431 [^]*x-id: 431-1/);
  expect(await sendBytes(port, `${head}Expect: nonsense\r\n\r\n`)).toMatch(/^HTTP\/1.1 417 [^]*x-id: 417-2/);
  expect(await sendBytes(port, 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/ 405 [^]*x-id: 405-3/);
  expect(await sendBytes(port, '\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/ 400 [^]*x-id: 400-4/);
  const smuggled = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n';
  expect(await sendBytes(port, smuggled)).toMatch(/ 400 [^]*x-id: 400-5/);
  expect(reasons).toEqual([
    'too many headers',
    'an unknown Expect header',
    'CONNECT',
    'HPE_INVALID_METHOD',
    'HPE_INVALID_TRANSFER_ENCODING',
  ]);
});

it('takes so many connections and no more, and others when some have gone', async () => {
  const { port } = await start((_request, response) => response.end('answer'), { maxConnections: 2 });
  const ask = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const held = [openConnection(port), openConnection(port)];
  for (const socket of held) {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
  }
  expect(await sendBytes(port, ask)).toBe('');
  held[0]?.destroy();
  await vi.waitFor(async () => expect(await sendBytes(port, ask)).toContain('answer'), { timeout: 60_000 });
  held[1]?.destroy();
});

it('does not write a refusal into an answer that is under way', async () => {
  const { port } = await start((request, response) => {
    request.on('error', () => {});
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
  });
  const socket = openConnection(port);
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.write('ZZ\r\n');
  expect(`${first}${await text(socket)}`).not.toContain('400');
});
