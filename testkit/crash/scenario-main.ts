/**
 * One life of a server without HTTP: `scenario-main.ts <options as JSON>`. Every life does the same from wherever an
 * earlier one was killed: makes what is missing, commits once, approves what waits, follows the commit through source,
 * build, approval and deployment until nothing is left to do, and prints how it all ended.
 */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitingApprovals } from '../../src/cli/client/pipelines.ts';
import { names } from '../../src/cli/demo/names.ts';
import { createSystemClock } from '../../src/kernel/clock-system.ts';
import { loadConfig } from '../../src/kernel/config/load.ts';
import { openKernel } from '../../src/kernel/open.ts';
import { createSandbox } from '../../src/kernel/sandbox/create-sandbox.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { createRooms } from '../../src/server/rooms.ts';
import { openAgentDoor } from './agent-door.ts';
import { lifeOptions } from './lives.ts';
import { readOutcome } from './outcome.ts';
import { recorder } from './recorder.ts';
import { caller, ensureCommit, ensureResources } from './resources.ts';

interface ScenarioOptions {
  /** Where the agent of the host finds this process. */
  readonly agentSocket: string;
  /** File that the build's commands write to. */
  readonly buildEffects: string;
}

/** Only a net: what is waited for announces itself. */
const LOOK_MS = 100;

const options = lifeOptions<ScenarioOptions>();
// Nothing else keeps the process while it waits for its own timers.
const alive = setInterval(() => {}, 2 ** 30);
const logger = createLogger({ level: 'warn', destination: process.stderr });
const kernel = await openKernel({
  dataDir: options.dataDir,
  ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
  env: process.env,
  clock: createSystemClock(),
  logger,
  endpoint: () => 'http://127.0.0.1:1',
  sandbox: (parts) => createSandbox({ ...parts, driver: 'process', spares: 1 }),
});
const rooms = createRooms(kernel, loadConfig({ flags: { dataDir: options.dataDir }, env: {} }));
await kernel.install([...Object.values(rooms), recorder(rooms.events)]);
await kernel.start();
const closeDoor = await openAgentDoor(kernel, rooms, options.agentSocket);
const call = caller(kernel, rooms);

await until(async () => {
  const { instanceNames } = await call<{ instanceNames: string[] }>(
    'codedeploy',
    'ListOnPremisesInstances',
    {},
  );
  return instanceNames.length > 0;
});
await ensureResources(call, rooms, options.buildEffects);
// The execution that creating a pipeline starts finds no branch.
await until(async () => (await executions()).some((status) => status === 'Failed'));
await ensureCommit(call);
await until(async () => {
  await approve();
  const all = await executions();
  return all.length > 1 && all.every((status) => status !== 'InProgress');
});
await until(isQuiet);
const outcome = await readOutcome(kernel, call);
closeDoor();
await kernel.close();
rmSync(kernel.sandbox.workRoot, { recursive: true, force: true, maxRetries: 20 });
process.stdout.write(`${JSON.stringify(outcome)}\n`);
clearInterval(alive);

async function executions(): Promise<string[]> {
  const { pipelineExecutionSummaries: found } = await call<{
    pipelineExecutionSummaries: { status: string }[];
  }>('codepipeline', 'ListPipelineExecutions', { pipelineName: names.pipeline });
  return found.map(({ status }) => status);
}

async function approve(): Promise<void> {
  const state = await call('codepipeline', 'GetPipelineState', { name: names.pipeline });
  for (const { stageName, actionName, token } of waitingApprovals(state as never)) {
    const result = { status: 'Approved', summary: '' };
    const input = { pipelineName: names.pipeline, stageName, actionName, token, result };
    await call('codepipeline', 'PutApprovalResult', input).catch((error: Error) => {
      if (error.name !== 'ApprovalAlreadyCompletedException') throw error;
    });
  }
}

/** Nothing is left in the outbox, and no task is due: timers, and the rounds that every server makes, wait. */
async function isQuiet(): Promise<boolean> {
  const rows = await kernel.database.read.query(
    'select id from outbox union all select id from tasks where run_at <= ? limit 1',
    [kernel.clock.now()],
  );
  return rows.length === 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (;;) {
    const over = new AbortController();
    const change = kernel.changes.next(() => true, over.signal);
    if (await condition()) return over.abort();
    await Promise.race([change, sleep(LOOK_MS, undefined, { signal: over.signal }).catch(() => {})]);
    over.abort();
  }
}
