import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
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
      const handedOver = await measure(up(4), cache, olderNode());
      const bare = [await measure(['-e', BARE]), await measure(['-e', BARE]), await measure(['-e', BARE])];
      const median = (all: readonly Seen[], of: keyof Seen) =>
        percentile(
          all.map((one) => one[of]),
          0.5,
        );
      const bareStart = median(bare, 'startMs');
      const bareMemory = median(bare, 'memoryMb');
      return [
        figure('start → first answer, warm cache', median(warm, 'startMs'), 'ms', bareStart, '< 1,000 ms'),
        figure('start → first answer, cold cache', cold.startMs, 'ms', bareStart),
        figure('start → first answer, from an older Node', handedOver.startMs, 'ms', bareStart),
        figure('resident memory, idle', median(warm, 'memoryMb'), 'MB', bareMemory, '< 150 MB'),
        figure('resident memory, idle, with the older Node', handedOver.memoryMb, 'MB', bareMemory),
      ];
    });
  },
};

interface Seen {
  readonly startMs: number;
  readonly memoryMb: number;
}

/** A Node that is too old for the sources, so that the launcher starts a second one; this one in disguise if there is none. */
function olderNode(): readonly string[] {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const node = join(folder, 'node');
    if (!existsSync(node)) continue;
    const major = Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]);
    if (major >= 20 && major < 24) return [node];
  }
  const disguise = "Object.defineProperty(process.versions, 'node', { value: '20.0.0' })";
  return [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(disguise)}`];
}

async function measure(
  args: readonly string[],
  cache?: string,
  [node = process.execPath, ...nodeArgs]: readonly string[] = [],
): Promise<Seen> {
  const env = { ...process.env, ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) };
  const start = performance.now();
  const child = spawn(node, [...nodeArgs, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const url = await addressOf(child);
  await fetch(`${url}/_pipewright/healthz`).then((answer) => answer.text());
  const startMs = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const memoryMb = residentMb(child.pid as number);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return { startMs, memoryMb };
}

/** The server's own process, and the launcher's where that is another one; the sandbox's spare runners are not counted. */
function residentMb(pid: number): number {
  const own = (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 1e6;
  const handedTo = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(
      (child) => child !== '' && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('pipewright.mjs'),
    );
  return handedTo.reduce((sum, child) => sum + residentMb(Number(child)), own);
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
