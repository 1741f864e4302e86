import { writeFileSync } from 'node:fs';
import { errorText } from '../kernel/errors.ts';
import type { HostCommand } from '../pure/agent-protocol.ts';
import { AgentStopping, runCommand } from './command/run-command.ts';
import { createReporter } from './reporter.ts';
import type { Session } from './run-agent.ts';
import { deploymentFolders } from './state/folders.ts';
import { openGroup } from './state/group-state.ts';
import { openJournal } from './state/journal.ts';

/** One command being worked on. */
export interface Work {
  readonly commandId: string;
  /** Resolves when the server knows its end; rejects when the server has told the agent to go. */
  readonly done: Promise<void>;
  /** Ends it: the script that runs is stopped, its event fails. */
  stop(reason: Error): void;
  /** Ends it for this process and waits, for the reports only a little. */
  close(reason: Error): Promise<void>;
}

/** Real milliseconds that an ending agent still tries to report. */
const LAST_REPORT_MS = 3_000;

export function beginWork(session: Session, command: HostCommand): Work {
  const { stateDir, transport, clock, logger, name, epoch, root, environment = {} } = session;
  const folders = deploymentFolders(stateDir, command.deploymentId);
  const journal = openJournal(folders.journal);
  if (journal.entries.length === 0) {
    journal.append({ kind: 'command', command: { ...command, bundle: { ...command.bundle, url: '' } } });
  }
  writeFileSync(folders.log, '', { flag: 'a', mode: 0o600 });
  session.logs.watch(folders.log);
  const stop = new AbortController();
  const giveUp = new AbortController();
  const log = logger.child({ deployment: command.deploymentId });
  const reporter = createReporter({
    transport,
    logger: log,
    session: { name, epoch },
    commandId: command.commandId,
    journal,
    acknowledged: command.lastSequence,
    signal: giveUp.signal,
    answered(answer) {
      if (answer.stopReason !== undefined) stop.abort(new Error(answer.stopReason));
      else if (answer.ended) stop.abort(new Error('the server has ended this command'));
    },
  });
  const context = {
    command,
    hostName: name,
    root,
    stateDir,
    folders,
    group: openGroup(stateDir, command.deploymentGroupId),
    journal,
    transport,
    clock,
    logger: log,
    environment,
    signal: stop.signal,
  };
  log.info({}, 'deployment begins on this host');
  const ran = runCommand(context, () => reporter.notify());
  const done = ran.then(() => reporter.flush()).finally(() => journal.close());
  done.then(
    () => log.info({}, 'deployment ended on this host'),
    (error: unknown) => log.warn({ reason: errorText(error) }, 'deployment could not be reported'),
  );
  return {
    commandId: command.commandId,
    done,
    stop: (reason) => stop.abort(reason),
    async close(reason) {
      stop.abort(reason);
      await ran.catch(() => {});
      const timer = setTimeout(() => giveUp.abort(new AgentStopping()), LAST_REPORT_MS);
      await done.catch(() => {});
      clearTimeout(timer);
    },
  };
}
