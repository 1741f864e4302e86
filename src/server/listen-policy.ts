import type { Config } from '../kernel/config/schema.ts';
import type { Sandbox } from '../kernel/sandbox/port.ts';
import { isLoopback } from '../pure/loopback.ts';

export class UnsafeListenError extends Error {
  constructor(host: string) {
    super(
      `Listening on ${host} reaches beyond this machine while builds run as plain processes (trusted mode). ` +
        'Install bubblewrap, listen on 127.0.0.1, or say --allow-unsafe-listen.',
    );
    this.name = 'UnsafeListenError';
  }
}

/** Builds as plain processes may do what the server may do: nobody beyond this machine gets to start them unasked. */
export function checkListening(config: Config, driver: Sandbox['driver']): void {
  if (isLoopback(config.host) || driver !== 'process' || config.allowUnsafeListen) return;
  throw new UnsafeListenError(config.host);
}
