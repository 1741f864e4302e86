import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { followLog } from '../../src/cli/client/live-log.ts';
import { readServerSentEvents } from '../../src/cli/client/server-sent-events.ts';
import { figure, type Measure, percentile } from '../support/result.ts';
import { clientConfig, withServer } from '../support/server.ts';

const LINES_PER_SECOND = 10_000;
const SECONDS = 5;
const TICK_MS = 10;

/** Line written → seen by a client of the live stream at 10,000 lines/s, beside a server that pushes without storing. */
export const logPush: Measure = {
  name: 'log-push',
  async run() {
    const ours = await withServer(async (server) => {
      const scope = { account: server.config.account, region: server.config.region };
      const id = await server.rooms.logs.openStream(scope, 'bench', 'lines');
      const writer = await server.kernel.logs.writer(id);
      const delays: number[] = [];
      const reading = (async () => {
        const address = { group: 'bench', stream: 'lines', offset: 0 };
        for await (const records of followLog(clientConfig(server), address, new AbortController().signal)) {
          const now = performance.now();
          for (const { text } of records) delays.push(now - Number(text.split(' ')[0]));
        }
      })();
      await paced(async (texts) => writer.append(texts.map((text) => ({ at: Date.now(), text }))));
      await writer.end();
      await writer.close();
      await reading;
      return delays;
    });
    const bare = await bareServer();
    return [
      figure('log line → live client, p50', percentile(ours, 0.5), 'ms', percentile(bare, 0.5)),
      figure('log line → live client, p99', percentile(ours, 0.99), 'ms', percentile(bare, 0.99), '< 100 ms'),
    ];
  },
};

async function paced(write: (texts: readonly string[]) => Promise<void>): Promise<void> {
  const start = performance.now();
  let written = 0;
  while (written < LINES_PER_SECOND * SECONDS) {
    const due = Math.floor(((performance.now() - start) / 1000) * LINES_PER_SECOND);
    const count = Math.min(due - written, LINES_PER_SECOND);
    if (count > 0) {
      await write(
        Array.from({ length: count }, () => `${performance.now()} a line of a build's log, as long as many`),
      );
      written += count;
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

async function bareServer(): Promise<number[]> {
  let push: (texts: readonly string[]) => void = () => {};
  const connected = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    push = (texts) => void response.write(`data: ${JSON.stringify(texts)}\n\n`);
    connected.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const delays: number[] = [];
  const abort = new AbortController();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const reading = (async () => {
    const answer = await fetch(url, { signal: abort.signal });
    for await (const { data } of readServerSentEvents(answer.body as ReadableStream<Uint8Array>)) {
      const now = performance.now();
      for (const text of JSON.parse(data) as string[]) delays.push(now - Number(text.split(' ')[0]));
    }
  })().catch(() => {});
  await connected.promise;
  await paced(async (texts) => push(texts));
  await new Promise((resolve) => setTimeout(resolve, 200));
  abort.abort();
  await reading;
  server.closeAllConnections();
  server.close();
  return delays;
}
