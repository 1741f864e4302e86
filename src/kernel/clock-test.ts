import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from './clock.ts';
import { wakeAtReal } from './clock-system.ts';

/** Domain time runs with real time plus an offset that only tests move, and only forwards. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  readonly offset: () => number;
  onOffset(receive: (offset: number) => void): () => void;
}

interface Waiter {
  readonly due: number;
  readonly wake: () => void;
  cancelReal: () => void;
}

export function createTestClock(initialOffset = 0): TestClock {
  let offset = initialOffset;
  const waiters = new Set<Waiter>();
  const listeners = new Set<(offset: number) => void>();
  const now = () => Date.now() + offset;
  const arm = (waiter: Waiter) => {
    waiter.cancelReal = wakeAtReal(waiter.due, now, () => {
      if (waiters.delete(waiter)) waiter.wake();
    });
  };
  return {
    wall: Date.now,
    now,
    offset: () => offset,
    wakeAt(due, wake) {
      const waiter: Waiter = { due, wake, cancelReal: () => {} };
      waiters.add(waiter);
      arm(waiter);
      return () => {
        waiters.delete(waiter);
        waiter.cancelReal();
      };
    },
    advance(ms) {
      if (ms < 0) throw new RangeError('domain time only moves forwards');
      offset += ms;
      for (const waiter of waiters) {
        waiter.cancelReal();
        arm(waiter);
      }
      for (const receive of listeners) receive(offset);
    },
    onOffset(receive) {
      listeners.add(receive);
      return () => listeners.delete(receive);
    },
  };
}

/**
 * Lets runners, agents and tests in other processes follow and move a test clock through a local socket. Each line is
 * JSON: the server sends `{"offset":ms}` on connecting and at each change; a client may send `{"advance":ms}`.
 */
export async function serveTestClock(clock: TestClock, socketPath: string): Promise<() => Promise<void>> {
  rmSync(socketPath, { force: true });
  const sockets = new Set<Socket>();
  const tell = (socket: Socket) => socket.write(`${JSON.stringify({ offset: clock.offset() })}\n`);
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let rest = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) clock.advance(Number((JSON.parse(line) as { advance: number }).advance));
    });
    tell(socket);
  });
  const stop = clock.onOffset(() => {
    for (const socket of sockets) tell(socket);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  server.unref();
  return async () => {
    stop();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}
