import { existsSync, mkdirSync } from 'node:fs';
import type { Clock } from '../kernel/clock.ts';
import { errorText } from '../kernel/errors.ts';
import { openRunnerClock } from '../kernel/runner/clock-follow.ts';
import { AGENT_PROTOCOL_VERSION, type PollHostCommandOutput } from '../pure/agent-protocol.ts';
import { pause } from './backoff.ts';
import { AgentStopping, endLeftOver } from './command/run-command.ts';
import { isFinal, isRefusal } from './errors.ts';
import type { AgentOptions } from './options.ts';
import { createLogKeeper, type LogKeeper } from './scripts/log-keeper.ts';
import { deploymentFolders, knownDeployments } from './state/folders.ts';
import { openJournal } from './state/journal.ts';
import { lockStateDir } from './state/lock.ts';
import { type AgentTransport, createHttpTransport } from './transport.ts';
import { beginWork, type Work } from './work.ts';

/** Names the socket of the server's test clock; set in test mode only. */
const TEST_CLOCK_VARIABLE = 'PIPEWRIGHT_TEST_CLOCK';

/**
 * Runs the agent of one host until `signal` aborts. Resolves then; rejects when the server has told it to go (the host
 * was deregistered, another agent took its name, its keys are refused at the start).
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { stateDir, root } = options;
  const unlock = lockStateDir(stateDir);
  // Nothing else keeps the process while it follows a test clock or waits between two tries.
  const alive = setInterval(() => {}, 2 ** 30);
  const logs = createLogKeeper();
  try {
    if (root !== undefined) mkdirSync(root, { recursive: true });
    endWhatWasLeft(stateDir);
    const clock = options.clock ?? (await openRunnerClock(process.env[TEST_CLOCK_VARIABLE]));
    const transport = options.transport ?? createHttpTransport(options);
    for (const id of knownDeployments(stateDir)) logs.watch(deploymentFolders(stateDir, id).log);
    const epoch = await register(options, transport);
    if (epoch !== undefined) await serve({ ...options, clock, transport, epoch, logs });
  } finally {
    clearInterval(alive);
    logs.close();
    unlock();
  }
}

/** Scripts of a killed agent are ended first: their events have failed, whatever the server says. */
function endWhatWasLeft(stateDir: string): void {
  for (const id of knownDeployments(stateDir)) {
    const { journal: path } = deploymentFolders(stateDir, id);
    if (!existsSync(path)) continue;
    const journal = openJournal(path);
    endLeftOver(journal);
    journal.close();
  }
}

/** Undefined when the agent was stopped before it came through. */
async function register(options: AgentOptions, transport: AgentTransport): Promise<number | undefined> {
  const { name, tags, root, signal, logger } = options;
  const input = {
    name,
    tags,
    protocolVersion: AGENT_PROTOCOL_VERSION,
    ...(root === undefined ? {} : { root }),
  };
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      const { epoch } = await transport.register(input, signal);
      logger.info({ host: name, epoch }, 'registered');
      return epoch;
    } catch (error) {
      if (signal.aborted) break;
      if (isRefusal(error)) throw error;
      logger.warn({ reason: errorText(error) }, 'the server does not answer; trying again');
      await pause(attempt, signal);
    }
  }
  return undefined;
}

export interface Session extends AgentOptions {
  readonly clock: Clock;
  readonly transport: AgentTransport;
  readonly epoch: number;
  readonly logs: LogKeeper;
}

/** Holds a poll at all times: it brings commands, and stops of the one that runs. */
async function serve(session: Session): Promise<void> {
  const { name, epoch, signal, logger, transport } = session;
  let work: Work | undefined;
  let failure: unknown;
  for (let attempt = 0; !signal.aborted && failure === undefined; ) {
    const turn = new AbortController();
    // The end of the work frees the poll, so that the next command comes at once.
    const release = work?.done.then(
      () => turn.abort(),
      (error: unknown) => {
        failure = error;
        turn.abort();
      },
    );
    try {
      const running = work === undefined ? {} : { runningCommandId: work.commandId };
      const input = { name, epoch, ...running };
      const answer = await transport.poll(input, AbortSignal.any([signal, turn.signal]));
      attempt = 0;
      work = take(session, work, answer);
      // It is ending: until then there is nothing to hear, and its end frees the line.
      if (answer.stop) await Promise.race([release, aborted(signal)]);
    } catch (error) {
      if (signal.aborted) break;
      if (turn.signal.aborted) {
        await release;
        work = undefined;
      } else if (isFinal(error)) failure = error;
      else {
        logger.warn({ reason: errorText(error) }, 'the line to the server broke; trying again');
        await pause(attempt++, AbortSignal.any([signal, turn.signal]));
      }
    }
  }
  // What ends the work from here on (a last report that found no server) is part of stopping, not why it stopped.
  const why = failure;
  await work?.close(why === undefined ? new AgentStopping() : new Error(errorText(why)));
  if (why !== undefined) throw why;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function take(session: Session, work: Work | undefined, answer: PollHostCommandOutput): Work | undefined {
  if (answer.stop && answer.stop.commandId === work?.commandId) work.stop(new Error(answer.stop.reason));
  if (answer.command && work === undefined) return beginWork(session, answer.command);
  return work;
}
