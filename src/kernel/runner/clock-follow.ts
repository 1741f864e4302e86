import { createConnection } from 'node:net';
import type { Clock } from '../clock.ts';
import { createSystemClock } from '../clock-system.ts';
import { createTestClock } from '../clock-test.ts';

const RETRY_MS = 200;

/** The system's clock, or in test mode one that follows the server's test clock through its socket. */
export async function openRunnerClock(socketPath: string | undefined): Promise<Clock> {
  if (socketPath === undefined) return createSystemClock();
  const clock = createTestClock();
  await new Promise<void>((known) => {
    const connect = () => {
      const socket = createConnection(socketPath).unref();
      let rest = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() as string;
        for (const line of lines) {
          const { offset } = JSON.parse(line) as { offset: number };
          if (offset > clock.offset()) clock.advance(offset - clock.offset());
          known();
        }
      });
      // The server may come back: its run goes on meanwhile at the time it knows.
      socket.on('error', () => {}).on('close', () => setTimeout(connect, RETRY_MS).unref());
    };
    connect();
  });
  return clock;
}
