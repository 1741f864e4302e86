import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Holds whatever asks for its address until the test lets it go: a build that lasts as long as a test wants. */
export async function openGate() {
  const held: ServerResponse[] = [];
  const waiters = new Set<() => void>();
  let arrivals = 0;
  const server = createServer((_, response) => {
    held.push(response);
    arrivals++;
    for (const look of waiters) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const command = `curl -sSf http://127.0.0.1:${port}/`;
  return {
    /** Waits at the gate. */
    command,
    /** A buildspec whose one command waits at the gate. */
    buildspec: `version: 0.2\nphases:\n  build:\n    commands:\n      - ${command}\n`,
    arrivals: () => arrivals,
    /** Resolves once so many have come, counted from the beginning. */
    async arrived(count: number): Promise<void> {
      await new Promise<void>((resolve) => {
        const look = () => {
          if (arrivals < count) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      });
    },
    /** Lets go who waits; `fail` makes the command fail. */
    release(outcome: 'pass' | 'fail' = 'pass'): void {
      for (const response of held.splice(0)) {
        response.statusCode = outcome === 'pass' ? 200 : 500;
        response.end();
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
