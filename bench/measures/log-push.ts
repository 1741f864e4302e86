import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { followLog } from '../../src/cli/client/live-log.ts';
import { readServerSentEvents } from '../../src/cli/client/server-sent-events.ts';
import { figure, type Measure, percentile } from '../support/result.ts';
import { clientConfig, withServer } from '../support/server.ts';

const LINES_PER_SECOND = 10_000;
const SECONDS = 5;
const TICK_MS = 10;

interface Delays {
  /** From asking to the first line of a log that has one, ms: what a server's first client waits for. */
  readonly first: number;
  /** From a line's writing to its being seen, ms, once the client is there. */
  readonly lines: readonly number[];
}

/** Line written → seen by a client of the live stream at 10,000 lines/s, beside a server that pushes without storing. */
export const logPush: Measure = {
  name: 'log-push',
  async run() {
    const ours = await withServer(async (server) => {
      const scope = { account: server.config.account, region: server.config.region };
      const id = await server.rooms.logs.openStream(scope, 'bench', 'lines');
      const writer = await server.kernel.logs.writer(id);
      const write = (texts: readonly string[]) =>
        writer.append(texts.map((text) => ({ at: Date.now(), text })));
      await write([line()]);
      const watch = watchLines();
      const reading = (async () => {
        const address = { group: 'bench', stream: 'lines', offset: 0 };
        for await (const records of followLog(clientConfig(server), address, new AbortController().signal))
          watch.see(records.map(({ text }) => text));
      })();
      await watch.connected;
      await paced(write);
      await writer.end();
      await writer.close();
      await reading;
      return watch.delays();
    });
    const bare = await bareServer();
    return [
      ...[0.5, 0.99].map((part) =>
        figure(
          `log line → live client, p${part * 100}`,
          percentile(ours.lines, part),
          'ms',
          percentile(bare.lines, part),
          part === 0.99 ? '< 100 ms' : undefined,
        ),
      ),
      figure('live log asked for → first line, first time', ours.first, 'ms', bare.first),
    ];
  },
};

const line = () => `${performance.now()} a line of a build's log, as long as many`;

function watchLines() {
  const start = performance.now();
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const lines: number[] = [];
  let first = 0;
  return {
    connected,
    see(texts: readonly string[]) {
      const now = performance.now();
      const news = first === 0 ? texts.slice(1) : texts;
      if (first === 0) first = now - start;
      for (const text of news) lines.push(now - Number(text.split(' ')[0]));
      resolve();
    },
    delays: (): Delays => ({ first, lines }),
  };
}

async function paced(write: (texts: readonly string[]) => Promise<void>): Promise<void> {
  const start = performance.now();
  let written = 0;
  while (written < LINES_PER_SECOND * SECONDS) {
    const due = Math.floor(((performance.now() - start) / 1000) * LINES_PER_SECOND);
    const count = Math.min(due - written, LINES_PER_SECOND);
    if (count > 0) {
      await write(Array.from({ length: count }, line));
      written += count;
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

async function bareServer(): Promise<Delays> {
  let push: (texts: readonly string[]) => void = () => {};
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    push = (texts) => void response.write(`data: ${JSON.stringify(texts)}\n\n`);
    push([line()]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const abort = new AbortController();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const watch = watchLines();
  const reading = (async () => {
    const answer = await fetch(url, { signal: abort.signal });
    for await (const { data } of readServerSentEvents(answer.body as ReadableStream<Uint8Array>))
      watch.see(JSON.parse(data) as string[]);
  })().catch(() => {});
  await watch.connected;
  await paced(async (texts) => push(texts));
  await new Promise((resolve) => setTimeout(resolve, 200));
  abort.abort();
  await reading;
  server.closeAllConnections();
  server.close();
  return watch.delays();
}
