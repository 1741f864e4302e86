import { createInterface } from 'node:readline';
import { errorText } from '../errors.ts';
import { type Claimed, claim } from './claim.ts';
import type { Claim, RunnerMessage, RunnerSetup } from './protocol.ts';
import { rehearse } from './rehearse.ts';
import { type Running, startRun } from './run.ts';
import { makeSpare } from './spare.ts';
import { CANCEL_SIGNAL } from './stopping.ts';

/*
 * The runner: a small process of its own session that waits for one claim, runs it to its end and exits. See README.md.
 */

// Files of a command are not to be closed to everybody because the server's are.
process.umask(0o022);
// The server may be gone when something is said to it.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
process.on('SIGHUP', () => {});
process.on('SIGINT', () => {});

const input = createInterface({ input: process.stdin });
let running: Running | undefined;
let stop: 'cancelled' | 'told' | undefined;
let claimed = false;
process.on(CANCEL_SIGNAL, () => {
  stop ??= 'cancelled';
  running?.stop('cancelled');
});
process.on('SIGTERM', () => {
  stop ??= 'told';
  if (!claimed) input.close();
  running?.stop('told');
});

const say = (message: RunnerMessage) => process.stdout.write(`${JSON.stringify(message)}\n`);

const setup = JSON.parse(process.argv[2] as string) as RunnerSetup;
const firstLine = input[Symbol.asyncIterator]().next();
const spare = await makeSpare(setup);
const rehearsal = rehearse(`${spare.folder}-rehearsal`).catch(() => {});
// Whoever cannot wait gets a runner without practice.
await Promise.race([firstLine, rehearsal]);
say({ kind: 'ready' });
const { value, done } = await firstLine;
if (done === true || value === undefined) await spare.discard();
else await serve(JSON.parse(value) as Claim);
// It removes what it made only when it comes to its end.
await rehearsal;
process.exit();

async function serve(request: Claim): Promise<void> {
  const won = claim(setup, spare, request);
  if (!won) {
    say({ kind: 'taken' });
    return spare.discard();
  }
  claimed = true;
  try {
    running = await startRun(setup, spare, request, won);
  } catch (error) {
    await couldNotStart(won, errorText(error));
    return;
  }
  say({ kind: 'started' });
  // A cancel may have come before there was anything to stop.
  if (stop) running.stop(stop);
  await running.ended;
}

async function couldNotStart({ journal }: Claimed, cause: string): Promise<void> {
  await journal.appendPatiently({ kind: 'end', end: { kind: 'fault', at: spare.clock.now(), cause } });
  journal.sync();
  say({ kind: 'ended' });
  await spare.release();
}
