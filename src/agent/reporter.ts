import { errorText } from '../kernel/errors.ts';
import type { Logger } from '../kernel/telemetry/logger.ts';
import type { ReportHostCommandOutput } from '../pure/agent-protocol.ts';
import { pause } from './backoff.ts';
import { isFinal } from './errors.ts';
import { type Journal, reportsOf } from './state/journal.ts';
import type { AgentTransport } from './transport.ts';

export interface ReporterOptions {
  readonly transport: AgentTransport;
  readonly logger: Logger;
  readonly session: { readonly name: string; readonly epoch: number };
  readonly commandId: string;
  readonly journal: Journal;
  /** Reports that the server has already. */
  readonly acknowledged: number;
  readonly answered: (answer: ReportHostCommandOutput) => void;
  /** Gives up. */
  readonly signal: AbortSignal;
}

export interface Reporter {
  /** There is something new in the journal. */
  notify(): void;
  /** Resolves when the server has every report, or does not want them; rejects when it is final, or given up. */
  flush(): Promise<void>;
}

/** Sends the journal's reports in order, as many at once as there are, until the server has them. */
export function createReporter(options: ReporterOptions): Reporter {
  const { journal, signal, session, commandId } = options;
  let acknowledged = options.acknowledged;
  let running: Promise<void> | undefined;
  let over = false;

  const drain = async () => {
    for (let attempt = 0; !over; ) {
      const reports = reportsOf(journal).slice(acknowledged);
      if (reports.length === 0) return;
      signal.throwIfAborted();
      try {
        const answer = await options.transport.report({ ...session, commandId, reports }, signal);
        attempt = 0;
        const moved = answer.lastSequence > acknowledged;
        acknowledged = Math.max(acknowledged, answer.lastSequence);
        // What the server does not take (the command is over there) is not sent again and again.
        if (answer.ended || !moved) over = true;
        options.answered(answer);
      } catch (error) {
        if (isFinal(error) || signal.aborted) throw error;
        options.logger.warn({ reason: errorText(error) }, 'a report did not arrive; trying again');
        await pause(attempt++, signal);
      }
    }
  };
  const start = () => {
    running ??= drain().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    notify: () => void start().catch(() => {}),
    async flush() {
      // What came while the last round was under way needs one more.
      while (!over && reportsOf(journal).length > acknowledged) await start();
    },
  };
}
