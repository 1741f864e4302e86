import { createSystemClock } from '../../src/kernel/clock-system.ts';
import { createSandbox, type SandboxOptions } from '../../src/kernel/sandbox/create-sandbox.ts';
import type { SandboxSpec } from '../../src/kernel/sandbox/port.ts';
import type { Logger } from '../../src/kernel/telemetry/logger.ts';

/*
 * A second process with a sandbox, for tests that kill the process that started a run. Its argument is
 * `{ options, key, spec }`; each line it says is JSON. It lives until it is killed or its input ends.
 */

export interface OwnerOrder {
  readonly options: Omit<SandboxOptions, 'clock' | 'logger'>;
  readonly key: string;
  readonly spec: SandboxSpec;
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const { options, key, spec } = JSON.parse(process.argv[2] as string) as OwnerOrder;
const sandbox = await createSandbox({
  ...options,
  clock: createSystemClock(),
  logger: silent,
});
await sandbox.start(key, spec);
process.stdout.write('started\n');
process.stdin.resume().on('end', () => void sandbox.close());
