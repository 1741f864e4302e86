import { createInterface } from 'node:readline';
import { errorText } from '../errors.ts';
import { type Claimed, claim } from './claim.ts';
import type { Claim, RunnerMessage, RunnerSetup } from './protocol.ts';
import { type Running, startRun } from './run.ts';
import { makeSpare, type Spare } from './spare.ts';

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

let running: Running | undefined;
let told = false;
process.on('SIGTERM', () => {
  told = true;
  if (running) running.asked();
  else if (!claimed) process.stdin.destroy();
});
let claimed = false;

const say = (message: RunnerMessage) => process.stdout.write(`${JSON.stringify(message)}\n`);

const setup = JSON.parse(process.argv[2] as string) as RunnerSetup;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const firstLine = lines.next();
const spare = await makeSpare(setup);
say({ kind: 'ready' });
const { value, done } = await firstLine;
if (done === true || value === undefined) await spare.discard();
else await serve(JSON.parse(value) as Claim, spare);
process.exit();

async function serve(request: Claim, spare: Spare): Promise<void> {
  const won = claim(setup, spare, request);
  if (!won) {
    say({ kind: 'taken' });
    return spare.discard();
  }
  claimed = true;
  try {
    running = await startRun(setup, spare, request, won);
  } catch (error) {
    await couldNotStart(won, spare, errorText(error));
    return;
  }
  say({ kind: 'started' });
  // A cancel may have come before there was anything to stop.
  if (told) running.asked();
  await running.ended;
}

async function couldNotStart({ journal }: Claimed, { clock }: Spare, cause: string): Promise<void> {
  await journal.appendPatiently({ kind: 'end', end: { kind: 'fault', at: clock.now(), cause } });
  journal.sync();
  say({ kind: 'ended' });
}
