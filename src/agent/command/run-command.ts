import { errorText } from '../../kernel/errors.ts';
import type { HostReport } from '../../pure/agent-protocol.ts';
import { removeOldRevisions } from '../state/folders.ts';
import { reportsOf, unfinishedScript } from '../state/journal.ts';
import { signalGroup, startTimeOf } from '../state/processes.ts';
import { type CommandContext, type EventEnd, failed } from './context.ts';
import { runEvent } from './run-event.ts';

/** A stop of the agent itself: unlike a stop of the deployment it leaves what has not begun for the next start. */
export class AgentStopping extends Error {
  constructor() {
    super('the agent was stopped');
    this.name = 'AgentStopping';
  }
}

/**
 * Works through a command's lifecycle events, from where its journal ends. Every step is in the journal before it is
 * taken; `reported` is told of each new report.
 */
export async function runCommand(context: CommandContext, reported: () => void): Promise<void> {
  const { command, journal, clock } = context;
  const report = (fields: Omit<HostReport, 'sequence' | 'at'>) => {
    journal.append({
      kind: 'report',
      report: { ...fields, sequence: reportsOf(journal).length + 1, at: clock.now() },
    });
    reported();
  };
  const before = reportsOf(journal);
  if (before.some((item) => item.kind === 'CommandEnded')) return;
  if (before.length < command.lastSequence) {
    const { diagnostics } = failed(
      'The agent has lost the journal of this deployment and cannot go on with it.',
    );
    for (let n = before.length; n < command.lastSequence; n++)
      report({ kind: 'EventStarted', event: 'Install' });
    report({ kind: 'CommandEnded', status: 'Failed', diagnostics });
    return;
  }
  context.group.change({ revisions: remember(context) });
  for (const event of command.lifecycleEvents) {
    const ended = before.find((item) => item.kind === 'EventEnded' && item.event === event);
    let end: EventEnd;
    if (ended) end = endOf(ended);
    else {
      if (context.signal.reason instanceof AgentStopping) return;
      const begun = before.some((item) => item.kind === 'EventStarted' && item.event === event);
      if (!begun) report({ kind: 'EventStarted', event });
      end = await attempt(context, event);
      report({ kind: 'EventEnded', event, ...end });
    }
    if (end.status === 'Failed' && !mayFail(context, event)) {
      report({ kind: 'CommandEnded', status: 'Failed', diagnostics: end.diagnostics });
      removeOldRevisions(context.stateDir, context.group);
      return;
    }
  }
  context.group.change({ lastSuccessful: command.deploymentId });
  report({ kind: 'CommandEnded', status: 'Succeeded' });
  removeOldRevisions(context.stateDir, context.group);
}

async function attempt(context: CommandContext, event: string): Promise<EventEnd> {
  if (context.signal.aborted) return failed(errorText(context.signal.reason));
  const unfinished = unfinishedScript(context.journal);
  if (unfinished) {
    const message = `The agent was restarted while ${unfinished.location} ran; a script is never run a second time.`;
    context.journal.append({ kind: 'script-ended', event, index: -1, failure: failed(message).diagnostics });
    return {
      status: 'Failed',
      diagnostics: { errorCode: 'UnknownError', scriptName: unfinished.location, message },
    };
  }
  try {
    return await runEvent(context, event);
  } catch (error) {
    context.logger.error({ error, event }, 'a lifecycle event broke');
    return failed(errorText(error));
  }
}

/** Ends what a killed agent left running: its event fails, so nobody waits for the script any more. */
export function endLeftOver(journal: CommandContext['journal']): void {
  const unfinished = unfinishedScript(journal);
  if (unfinished?.pid === undefined) return;
  if (startTimeOf(unfinished.pid) === unfinished.startTime) signalGroup(unfinished.pid, 'SIGKILL');
}

function mayFail({ command }: CommandContext, event: string): boolean {
  return event === 'ApplicationStop' && command.ignoreApplicationStopFailures;
}

function endOf(report: HostReport): EventEnd {
  if (report.status !== 'Failed') return { status: report.status ?? 'Succeeded' };
  return report.diagnostics ? { status: 'Failed', diagnostics: report.diagnostics } : failed('it failed');
}

function remember({ group, command }: CommandContext): readonly string[] {
  const { revisions } = group.read();
  return [...revisions.filter((id) => id !== command.deploymentId), command.deploymentId];
}
