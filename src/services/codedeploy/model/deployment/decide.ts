import { ApiError } from '../../../../kernel/errors.ts';
import { timer } from '../../../../kernel/tasks/port.ts';
import type { AggregateType, DecideContext, Decision } from '../../../../kernel/transitions/port.ts';
import { nextStep } from '../health.ts';
import { busEvent } from './bus.ts';
import { finish } from './finish.ts';
import type { DeploymentInput } from './inputs.ts';
import { timeOutKey, toTarget } from './messages.ts';
import {
  DEPLOYMENT_KIND,
  DEPLOYMENT_LIMIT_MS,
  type Deployment,
  type DeploymentHost,
  isEnded,
} from './state.ts';

type Decided = Decision<Deployment>;

const MAX_FAILURES = 5;
const MAX_MESSAGE = 800;

/** The state machine of one deployment: which hosts run, which wait, when it fails, what is rolled back. */
export function decideDeployment(
  state: Deployment | undefined,
  input: DeploymentInput,
  context: DecideContext,
): Decided {
  if (input.kind === 'create') return state ? { state } : create(input, context);
  if (!state) throw new ApiError('DeploymentDoesNotExistException', 'The deployment does not exist.');
  switch (input.kind) {
    case 'inspected':
      return inspected(state, input, context);
    case 'unusable':
      return state.status === 'Created' ? finish(state, 'Failed', input.error, context) : { state };
    case 'target-ended':
      return targetEnded(state, input, context);
    case 'stop':
      return stop(state, input.rollback, context);
    case 'time-out':
      return timeOut(state, context);
    case 'relay':
      return { state, messages: [toTarget(state, input.host, input.input)] };
  }
}

export const deploymentAggregate: AggregateType<Deployment, DeploymentInput> = {
  kind: DEPLOYMENT_KIND,
  version: 1,
  decide: decideDeployment,
};

function create(input: Extract<DeploymentInput, { kind: 'create' }>, context: DecideContext): Decided {
  const state: Deployment = {
    ...input.plan,
    status: 'Created',
    hosts: input.hosts,
    bundle: undefined,
    stopping: undefined,
    error: undefined,
    messages: [],
    failures: [],
    rollback: undefined,
    createTime: context.now,
    startTime: undefined,
    completeTime: undefined,
  };
  if (input.hosts.length === 0) {
    const upToDate = input.plan.updateOutdatedInstancesOnly && input.selection === '';
    if (upToDate) {
      const message = 'Every instance of the deployment group has this revision already.';
      return finish({ ...state, messages: [message] }, 'Succeeded', undefined, context);
    }
    const message = `The deployment failed because no instances were found for your deployment group: ${input.selection}`;
    return finish(state, 'Failed', { code: 'NO_INSTANCES', message }, context);
  }
  const messages = input.hosts.map((host) =>
    toTarget(state, host.name, {
      kind: 'create',
      deploymentId: state.id,
      host: host.name,
      group: state.group,
      revision: state.revision,
    }),
  );
  return {
    state,
    history: [{ kind: 'created', data: { creator: state.creator, hosts: input.hosts.length } }],
    tasks: [
      {
        kind: 'codedeploy.inspect',
        key: `codedeploy.inspect:${state.id}`,
        payload: { deploymentId: state.id },
      },
      timer(timeOutKey(state.id), context.now + DEPLOYMENT_LIMIT_MS, {
        to: { kind: DEPLOYMENT_KIND, id: state.id },
        input: { kind: 'time-out' },
      }),
    ],
    messages,
  };
}

function inspected(
  state: Deployment,
  input: Extract<DeploymentInput, { kind: 'inspected' }>,
  context: DecideContext,
): Decided {
  if (state.status !== 'Created') return { state };
  const begun: Deployment = { ...state, status: 'InProgress', bundle: input.bundle, startTime: context.now };
  const decided = advance(begun, context);
  return {
    ...decided,
    history: [{ kind: 'started' }, ...(decided.history ?? [])],
    bus: [busEvent(state, 'START', context.scope), ...(decided.bus ?? [])],
  };
}

function targetEnded(
  state: Deployment,
  input: Extract<DeploymentInput, { kind: 'target-ended' }>,
  context: DecideContext,
): Decided {
  const before = state.hosts.find((host) => host.name === input.host);
  if (isEnded(state) || !before || (before.status !== 'InProgress' && before.status !== 'Pending')) {
    return { state };
  }
  const failed = input.status === 'Failed' && state.failures.length < MAX_FAILURES;
  const next: Deployment = {
    ...state,
    hosts: withStatus(state.hosts, [input.host], input.status),
    failures: failed
      ? [...state.failures, { host: input.host, message: input.message.slice(0, MAX_MESSAGE).toWellFormed() }]
      : state.failures,
  };
  return advance(next, context);
}

/** Begins what may begin, or ends. */
function advance(state: Deployment, context: DecideContext): Decided {
  if (state.stopping) {
    if (state.hosts.some((host) => host.status === 'InProgress')) return { state };
    const status = state.stopping.error.code === 'MANUAL_STOP' ? 'Stopped' : 'Failed';
    return finish(state, status, state.stopping.error, context);
  }
  const step = nextStep(state.hosts, state.rule);
  if (step.kind === 'succeeded') {
    const messages =
      step.failed === 0 ? [] : [`Succeeded with ${step.failed} failed: ${failedHosts(state)}.`];
    return finish({ ...state, messages: [...state.messages, ...messages] }, 'Succeeded', undefined, context);
  }
  if (step.kind === 'failed') return finish(state, 'Failed', healthError(state, step.why), context);
  const names = step.start.map((index) => (state.hosts[index] as DeploymentHost).name);
  if (names.length === 0) return { state };
  return {
    state: { ...state, hosts: withStatus(state.hosts, names, 'InProgress') },
    history: [{ kind: 'hosts-begun', data: { hosts: names } }],
    messages: names.map((name) => toTarget(state, name, { kind: 'start' })),
  };
}

function healthError(state: Deployment, why: string): { code: string; message: string } {
  if (why === 'unmeetable') {
    const message = `The deployment configuration ${state.configName} keeps ${state.rule.minimum} of ${state.hosts.length} instances healthy, so that none can be deployed to.`;
    return { code: 'HEALTH_CONSTRAINTS_INVALID', message };
  }
  const message =
    'The overall deployment failed because too many individual instances failed deployment, too few healthy instances are available for deployment, or some instances in your deployment group are experiencing problems.';
  const failures = state.failures.map((failure) => `${failure.host}: ${failure.message}`);
  return { code: 'HEALTH_CONSTRAINTS', message: [message, ...failures].join('\n') };
}

function stop(state: Deployment, rollback: boolean | undefined, context: DecideContext): Decided {
  if (isEnded(state)) {
    throw new ApiError(
      'DeploymentAlreadyCompletedException',
      `The deployment ${state.id} is already completed with status ${state.status}.`,
    );
  }
  const error = { code: 'MANUAL_STOP', message: 'The deployment was stopped on request.' };
  return halt(state, error, rollback, context);
}

function timeOut(state: Deployment, context: DecideContext): Decided {
  if (isEnded(state) || state.stopping?.error.code === 'TIMEOUT') return { state };
  const message = `The deployment did not end within ${DEPLOYMENT_LIMIT_MS / 3_600_000} hours.`;
  return halt(state, { code: 'TIMEOUT', message }, undefined, context);
}

/** No further host begins; those under way are told to stop and end first. */
function halt(
  state: Deployment,
  error: { code: string; message: string },
  rollback: boolean | undefined,
  context: DecideContext,
): Decided {
  if (state.stopping) return { state };
  const working = state.hosts.filter((host) => host.status === 'InProgress');
  const decided = advance({ ...state, stopping: { error, rollback } }, context);
  if (working.length === 0) return decided;
  return {
    ...decided,
    history: [{ kind: 'stopping', data: error }],
    messages: working.map((host) => toTarget(state, host.name, { kind: 'stop', reason: error.message })),
  };
}

function withStatus(
  hosts: readonly DeploymentHost[],
  names: readonly string[],
  status: DeploymentHost['status'],
): readonly DeploymentHost[] {
  return hosts.map((host) => (names.includes(host.name) ? { ...host, status } : host));
}

function failedHosts(state: Deployment): string {
  return state.hosts
    .filter((host) => host.status === 'Failed')
    .map((host) => host.name)
    .join(', ');
}
