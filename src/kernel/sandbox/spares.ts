import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { Fault } from '../errors.ts';
import type { Claim, RunnerMessage, RunnerSetup } from '../runner/protocol.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface SparesOptions {
  /** File that Node starts as a runner. */
  readonly runnerPath: string;
  readonly setup: RunnerSetup;
  /** Idle runners kept ready. */
  readonly count: number;
  readonly compileCache: string;
  readonly logger: Logger;
}

/** Idle runners, started beforehand because starting Node takes longer than starting a command. */
export interface Spares {
  /** Gives a claim to a runner, started now if none is idle. Rejects when that runner died before it had claimed. */
  run(claim: Claim): Promise<RunnerMessage>;
  close(): Promise<void>;
}

/** A new spare is started when the one taken has long begun its work, so that the two do not get into each other's way. */
const REFILL_MS = 100;

export function createSpares(options: SparesOptions): Spares {
  const idle = new Set<Runner>();
  let closed = false;
  let refill: NodeJS.Timeout | undefined;

  const notice = async (runner: Runner) => {
    await runner.exited;
    if (idle.delete(runner) && !closed)
      options.logger.warn({ reason: runner.complaint() }, 'an idle runner ended');
  };
  const begin = () => {
    const runner = startRunner(options);
    idle.add(runner);
    void notice(runner);
    return runner;
  };
  const fill = () => {
    if (closed) return;
    while (idle.size < options.count) begin();
  };
  const take = (): Runner => {
    const runners = [...idle];
    const runner = runners.find((each) => each.isReady()) ?? runners[0] ?? begin();
    idle.delete(runner);
    clearTimeout(refill);
    refill = setTimeout(fill, REFILL_MS).unref();
    return runner;
  };
  fill();
  return {
    run(claim) {
      if (closed) throw new Fault('the sandbox is closed');
      return take().run(claim);
    },
    async close() {
      closed = true;
      clearTimeout(refill);
      const runners = [...idle];
      for (const runner of runners) runner.dismiss();
      await Promise.all(runners.map((runner) => runner.exited));
    },
  };
}

interface Runner {
  isReady(): boolean;
  run(claim: Claim): Promise<RunnerMessage>;
  dismiss(): void;
  readonly exited: Promise<void>;
  /** What it said on standard error. */
  complaint(): string;
}

function startRunner({ runnerPath, setup, compileCache }: SparesOptions): Runner {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    process.execPath,
    ['--max-semi-space-size=2', '--disable-warning=ExperimentalWarning', runnerPath, JSON.stringify(setup)],
    {
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compileCache },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const pipes = [child.stdin, child.stdout, child.stderr] as unknown as Socket[];
  let complaint = '';
  let ready = false;
  let answered: ((message: RunnerMessage) => void) | undefined;
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const message = JSON.parse(line) as RunnerMessage;
      if (message.kind === 'ready') ready = true;
      else answered?.(message);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(-4000);
  });
  child.stdin.on('error', () => {});
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      complaint += error.message;
      resolve();
    });
    child.once('close', () => resolve());
  });
  // It must not keep this process alive while nobody waits for it.
  const hold = (held: boolean) => {
    for (const pipe of [child, ...pipes]) pipe[held ? 'ref' : 'unref']();
  };
  hold(false);
  return {
    isReady: () => ready,
    async run(claim) {
      hold(true);
      try {
        const answer = new Promise<RunnerMessage>((resolve) => {
          answered = resolve;
        });
        child.stdin.write(`${JSON.stringify(claim)}\n`);
        return await Promise.race([
          answer,
          exited.then(() => {
            throw new Fault(`a runner ended before it started its command: ${complaint.trim()}`);
          }),
        ]);
      } finally {
        hold(false);
        // From here on it needs nobody.
        for (const pipe of pipes) pipe.destroy();
      }
    },
    dismiss() {
      // Whoever closes waits for it to be gone.
      hold(true);
      child.stdin.end();
    },
    exited,
    complaint: () => complaint.trim(),
  };
}
