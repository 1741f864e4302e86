import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { greeting } from './lib/greeting.mjs';
import { health } from './lib/health.mjs';

const version = JSON.parse(readFileSync(new URL('version.json', import.meta.url), 'utf8'));

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  };
  if (url.pathname === '/version') return answer(200, version);
  if (url.pathname === '/health') return answer(health().status === 'ok' ? 200 : 503, health());
  return answer(200, { message: greeting(url.searchParams.get('name') ?? ''), ...version });
});

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
