import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFolder } from '../support/folder.ts';
import { figure, type Measure, percentile } from '../support/result.ts';

const launcher = join(import.meta.dirname, '../../bin/pipewright.mjs');
const BARE = `require('node:http').createServer((q, r) => r.end('{}')).listen(0, '127.0.0.1', function () {
  console.log('ready at http://127.0.0.1:' + this.address().port) })`;

/** Process started → first request answered, and resident memory after five idle seconds, beside a bare HTTP server. */
export const serverStart: Measure = {
  name: 'server-start',
  async run() {
    return await inFolder(async (dir) => {
      const up = (n: number) => [
        launcher,
        'up',
        '--port',
        '0',
        '--data',
        join(dir, String(n)),
        '--sandbox',
        'process',
      ];
      const cache = join(dir, 'cache');
      const cold = await measure(up(0), cache);
      const warm = [await measure(up(1), cache), await measure(up(2), cache), await measure(up(3), cache)];
      const bare = [await measure(['-e', BARE]), await measure(['-e', BARE]), await measure(['-e', BARE])];
      const median = (all: readonly Seen[], of: keyof Seen) =>
        percentile(
          all.map((one) => one[of]),
          0.5,
        );
      const bareStart = median(bare, 'startMs');
      return [
        figure('start → first answer, warm cache', median(warm, 'startMs'), 'ms', bareStart, '< 1,000 ms'),
        figure('start → first answer, cold cache', cold.startMs, 'ms', bareStart),
        figure('resident memory, idle', median(warm, 'memoryMb'), 'MB', median(bare, 'memoryMb'), '< 150 MB'),
      ];
    });
  },
};

interface Seen {
  readonly startMs: number;
  readonly memoryMb: number;
}

async function measure(args: readonly string[], cache?: string): Promise<Seen> {
  const env = { ...process.env, ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) };
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const url = await addressOf(child);
  await fetch(`${url}/_pipewright/healthz`).then((answer) => answer.text());
  const startMs = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const pages = Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return { startMs, memoryMb: (pages * 4096) / 1e6 };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const url = /ready at (http:\S+)/.exec(text)?.[1];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}
