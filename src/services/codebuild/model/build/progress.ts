import type { RunEnd } from '../../../../kernel/sandbox/port.ts';
import { change, type Draft, endPhase, startPhase } from './draft.ts';
import { finish } from './finish.ts';
import type { BuildInput, ScriptReport } from './inputs.ts';
import { interruption } from './interruption.ts';
import { taskKey } from './keys.ts';
import {
  buildId,
  type EndStatus,
  failedPhase,
  openPhase,
  type PhaseContext,
  type PhaseType,
} from './state.ts';

/** Exported variables are kept in the build's state and passed on to pipelines. */
const MAX_EXPORTED_BYTES = 24 * 1024;
const MAX_COMMAND = 1_000;

/** Takes in reports of the shell, in order and each once, however often they are delivered. */
export function takeReports(draft: Draft, from: number, reports: readonly ScriptReport[]): void {
  if (draft.state.stage !== 'running') return;
  const fresh = reports.slice(Math.max(0, draft.state.reportsSeen - from));
  if (fresh.length === 0 || from > draft.state.reportsSeen) return;
  change(draft, { reportsSeen: draft.state.reportsSeen + fresh.length });
  for (const report of fresh) takeReport(draft, report);
}

function takeReport(draft: Draft, report: ScriptReport): void {
  switch (report.kind) {
    case 'phase-start':
      endPhase(draft, report.at, 'SUCCEEDED');
      return startPhase(draft, report.phase, report.at);
    case 'phase-end':
      if (openPhase(draft.state)?.type !== report.phase) return;
      return report.failure
        ? endFailedPhase(draft, report.at, commandFailure(report.failure))
        : endPhase(draft, report.at, 'SUCCEEDED');
    case 'exported': {
      const exported = { ...draft.state.exported, [report.name]: report.value };
      if (JSON.stringify(exported).length <= MAX_EXPORTED_BYTES) change(draft, { exported });
      else draft.history.push({ kind: 'export-dropped', data: { name: report.name } });
      return;
    }
    case 'expanded':
      return change(draft, { expanded: { ...draft.state.expanded, [report.id]: report.value } });
    case 'ignored':
      return;
    default:
      return report satisfies never;
  }
}

/** A phase that was interrupted is told apart from one that failed by itself. */
function endFailedPhase(draft: Draft, at: number, context: PhaseContext): void {
  const { stopping, facts, tolerates } = draft.state;
  if (!stopping || failedPhase(draft.state)) {
    const phase = openPhase(draft.state)?.type as PhaseType;
    return endPhase(draft, at, 'FAILED', context, tolerates?.includes(phase) ? { tolerated: true } : {});
  }
  endPhase(draft, at, stopping === 'stop' ? 'STOPPED' : 'TIMED_OUT', interruption(stopping, facts.timeoutMs));
}

function commandFailure({
  command,
  code,
}: {
  readonly command: string;
  readonly code: number;
}): PhaseContext {
  const text = command.length > MAX_COMMAND ? `${command.slice(0, MAX_COMMAND)}…` : command;
  const signal = code > 128 ? SIGNALS[code - 128] : undefined;
  const reason = signal ? `exit status ${code} (killed by ${signal})` : `exit status ${code}`;
  return {
    statusCode: 'COMMAND_EXECUTION_ERROR',
    message: `Error while executing command: ${text.trimEnd()}. Reason: ${reason}`,
  };
}

/** What a shell's exit status above 128 stands for. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
};

/** The run has ended; what it left is collected next, unless it was stopped or is lost. */
export function takeRunEnd(draft: Draft, end: RunEnd): void {
  if (draft.state.stage !== 'running') return;
  const { facts, stopping } = draft.state;
  const broken = whyBroken(draft, end);
  if (broken) {
    if (!openPhase(draft.state)) startPhase(draft, phaseAfter(draft), end.at);
    endPhase(draft, end.at, broken.status, broken.context);
    draft.history.push({ kind: 'run-broken', data: { end: end.kind } });
  }
  const status = statusOf(draft);
  if (!draft.state.collects || stopping === 'stop' || status === 'FAULT') {
    if (status !== 'FAULT' && stopping !== 'stop') {
      startPhase(draft, 'UPLOAD_ARTIFACTS', end.at);
      endPhase(draft, end.at, 'SUCCEEDED');
    }
    return finish(draft, status);
  }
  const id = buildId(facts);
  startPhase(draft, 'UPLOAD_ARTIFACTS', end.at);
  change(draft, { stage: 'collecting' });
  draft.tasks.push({ kind: 'codebuild.collect', key: taskKey(id, 'collect'), payload: { buildId: id } });
}

const failed = (message: string) => ({
  status: 'FAILED' as const,
  context: { statusCode: 'COMMAND_EXECUTION_ERROR', message },
});

/** Undefined when the shell itself told how every phase ended. */
function whyBroken(
  draft: Draft,
  end: RunEnd,
): { readonly status: EndStatus; readonly context: PhaseContext } | undefined {
  const { stopping, facts } = draft.state;
  const alreadyFailed = failedPhase(draft.state) !== undefined && openPhase(draft.state) === undefined;
  const unfinished = openPhase(draft.state) !== undefined || !ranToItsEnd(draft);
  const interrupted = (why: 'stop' | 'timeout') => ({
    status: why === 'stop' ? ('STOPPED' as const) : ('TIMED_OUT' as const),
    context: interruption(why, facts.timeoutMs),
  });
  switch (end.kind) {
    case 'fault':
      return { status: 'FAULT', context: { statusCode: 'INTERNAL_ERROR', message: end.cause } };
    case 'timed-out':
      return interrupted('timeout');
    case 'cancelled':
      return alreadyFailed ? undefined : interrupted(stopping ?? 'stop');
    case 'signalled':
      return alreadyFailed
        ? undefined
        : failed(`The build was killed by ${end.signal}${end.cause === undefined ? '' : `: ${end.cause}`}`);
    case 'exited':
      if (!unfinished) return undefined;
      if (stopping) return interrupted(stopping);
      return failed(`The shell of the build ended with exit status ${end.exitCode}`);
    default:
      return end satisfies never;
  }
}

/** Where to note that the run broke between two phases. */
function phaseAfter(draft: Draft): PhaseType {
  const last = draft.state.phases.at(-1)?.type;
  const order: readonly PhaseType[] = ['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD', 'UPLOAD_ARTIFACTS'];
  return order[order.indexOf(last as PhaseType) + 1] ?? 'UPLOAD_ARTIFACTS';
}

function ranToItsEnd(draft: Draft): boolean {
  return failedPhase(draft.state) !== undefined || draft.state.phases.at(-1)?.type === 'POST_BUILD';
}

export function takeCollected(draft: Draft, input: BuildInput & { kind: 'collected' }): void {
  if (draft.state.stage !== 'collecting') return;
  change(draft, { artifacts: input.artifacts, reportArns: input.reportArns });
  const { now } = draft.context;
  if (input.failure) endPhase(draft, now, input.fault ? 'FAULT' : 'FAILED', input.failure);
  else endPhase(draft, now, 'SUCCEEDED');
  finish(draft, statusOf(draft));
}

/** The first thing that went wrong names the build. */
function statusOf(draft: Draft): EndStatus {
  const status = failedPhase(draft.state)?.status ?? 'SUCCEEDED';
  const faulty = draft.state.phases.some((phase) => phase.status === 'FAULT');
  return faulty ? 'FAULT' : status;
}
