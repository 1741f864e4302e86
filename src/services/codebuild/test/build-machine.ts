import type { RunEnd } from '../../../kernel/sandbox/port.ts';
import type { DecideContext, Decision } from '../../../kernel/transitions/port.ts';
import { decideBuild } from '../model/build/decide.ts';
import type { BuildInput, ScriptReport } from '../model/build/inputs.ts';
import type { BuildFacts, BuildState, PhaseType } from '../model/build/state.ts';

export const FACTS: BuildFacts = {
  project: 'p',
  uuid: 'u',
  number: 1,
  initiator: 'me',
  environment: {
    image: 'i',
    type: 'LINUX_CONTAINER',
    computeType: 'SMALL',
    privilegedMode: false,
    variables: [],
  },
  source: { type: 'NO_SOURCE', location: undefined },
  logs: { group: 'g', stream: 's' },
  timeoutMs: 600_000,
  queuedTimeoutMs: 300_000,
  retry: { limit: 0, number: 0 },
};
export const REPLY_TO = { to: { kind: 'asker', id: 'a' }, token: 't' };

/** Feeds inputs one after another and keeps everything that came out. */
export function machine(submit: Partial<BuildInput & { kind: 'submit' }> = {}) {
  let state: BuildState | undefined;
  let now = 1_000;
  const out: Decision<BuildState>[] = [];
  const send = (input: BuildInput) => {
    now += 10;
    const context: DecideContext = {
      scope: { account: '111111111111', region: 'us-east-1' },
      ref: { kind: 'codebuild.build', id: 'p:u' },
      now,
      newId: () => 'id',
    };
    const decision = decideBuild(state, input, context);
    state = decision.state;
    out.push(decision);
    return decision;
  };
  send({ kind: 'submit', facts: FACTS, begin: true, replyTo: REPLY_TO, ...submit });
  return {
    send,
    now: () => now,
    state: () => state as BuildState,
    tasks: () => out.flatMap((decision) => decision.tasks ?? []).map((task) => task.kind),
    replies: () => out.flatMap((decision) => decision.messages ?? []).map((message) => message.input),
    bus: () => out.flatMap((decision) => decision.bus ?? []),
    phases: () => (state as BuildState).phases.map((phase) => `${phase.type}:${phase.status ?? ''}`),
    phase: (type: PhaseType) => (state as BuildState).phases.find((phase) => phase.type === type),
  };
}

export const PREPARED: BuildInput & { readonly kind: 'prepared' } = {
  kind: 'prepared',
  provisionedAt: 1_020,
  downloadedAt: 1_030,
  resolvedSourceVersion: 'abc',
  collects: false,
  retries: [],
};
export const RUN: readonly PhaseType[] = ['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD'];
export const reportsOf = (failing?: PhaseType, code = 2): ScriptReport[] => {
  const last = failing === 'INSTALL' || failing === 'PRE_BUILD' ? RUN.indexOf(failing) : RUN.length - 1;
  return RUN.slice(0, last + 1).flatMap((phase, n): ScriptReport[] => [
    { kind: 'phase-start', at: 2_000 + n * 10, phase },
    {
      kind: 'phase-end',
      at: 2_005 + n * 10,
      phase,
      ...(phase === failing ? { failure: { command: 'make', code } } : {}),
    },
  ]);
};
export const exited: Extract<RunEnd, { kind: 'exited' }> = { kind: 'exited', at: 3_000, exitCode: 0 };
