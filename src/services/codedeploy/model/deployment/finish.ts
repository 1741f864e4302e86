import type { DecideContext, Decision, Message } from '../../../../kernel/transitions/port.ts';
import type { ReplyInput } from '../../../../kernel/transitions/reply.ts';
import { deploymentIdFrom } from '../ids.ts';
import { busEvent } from './bus.ts';
import { timeOutKey, toTarget } from './messages.ts';
import { DEPLOYMENT_KIND, type Deployment, type DeploymentError } from './state.ts';

/** Ends a deployment: hosts still waiting are skipped, whoever asked is told, a rollback is made where it is wanted. */
export function finish(
  state: Deployment,
  status: 'Succeeded' | 'Failed' | 'Stopped',
  error: DeploymentError | undefined,
  context: DecideContext,
): Decision<Deployment> {
  const waiting = state.hosts.filter((host) => host.status === 'Pending');
  const touched = state.hosts.some((host) => host.status === 'Succeeded' || host.status === 'Failed');
  const unusable =
    state.status === 'Created' && error && status === 'Failed' ? { unusable: error.message } : {};
  const rollback = status === 'Succeeded' ? undefined : planRollback(state, status, touched, context);
  const ended: Deployment = {
    ...state,
    status,
    error,
    hosts: state.hosts.map((host) => (host.status === 'Pending' ? { ...host, status: 'Skipped' } : host)),
    stopping: undefined,
    rollback: rollback && { deploymentId: rollback.deploymentId, message: rollback.message },
    completeTime: context.now,
  };
  const busState = status === 'Succeeded' ? 'SUCCESS' : status === 'Failed' ? 'FAILURE' : 'STOP';
  return {
    state: ended,
    history: [{ kind: 'ended', data: { status, error, rollback: ended.rollback } }],
    bus: [busEvent(state, busState, context.scope)],
    cancel: [timeOutKey(state.id), `codedeploy.inspect:${state.id}`],
    tasks: [
      {
        kind: 'codedeploy.catch-up',
        key: `codedeploy.catch-up:${state.id}`,
        payload: { ...state.group, since: state.createTime },
      },
    ],
    messages: [
      ...waiting.map((host) => toTarget(state, host.name, { kind: 'skip', ...unusable })),
      ...(rollback?.message && rollback.create ? [rollback.create] : []),
      ...reply(ended),
    ],
  };
}

interface Rollback {
  readonly deploymentId: string | undefined;
  readonly message: string;
  readonly create?: Message;
}

/** A rollback is a new deployment of the last good revision (D1.20). It never loops (D6.5). */
function planRollback(
  state: Deployment,
  status: 'Failed' | 'Stopped',
  touched: boolean,
  context: DecideContext,
): Rollback | undefined {
  const event = status === 'Failed' ? 'DEPLOYMENT_FAILURE' : 'DEPLOYMENT_STOP_ON_REQUEST';
  const configured = state.autoRollback?.enabled === true && state.autoRollback.events.includes(event);
  const wanted = status === 'Stopped' ? (state.stopping?.rollback ?? configured) : configured;
  if (!wanted || state.creator !== 'user') return undefined;
  if (!touched) {
    return { deploymentId: undefined, message: 'No instance was changed, so there is nothing to roll back.' };
  }
  if (!state.lastGood) {
    const message = 'There is no last successful deployment of this deployment group to roll back to.';
    return { deploymentId: undefined, message };
  }
  const id = deploymentIdFrom(context.newId());
  const why = status === 'Failed' ? 'failed' : 'was stopped';
  return {
    deploymentId: id,
    message: `Deployment ${state.id} ${why}; rolling back to the revision of ${state.lastGood.deploymentId}.`,
    create: { to: { kind: DEPLOYMENT_KIND, id }, input: rollbackInput(state, id) },
  };
}

function rollbackInput(state: Deployment, id: string) {
  const good = state.lastGood as NonNullable<Deployment['lastGood']>;
  // Hosts that this deployment left broken come first, so that they are down for the shortest time.
  const hosts = state.hosts.map((host) => ({
    name: host.name,
    status: 'Pending' as const,
    healthy:
      host.status === 'Pending' || host.status === 'Skipped' ? host.healthy : host.status === 'Succeeded',
  }));
  return {
    kind: 'create',
    selection: '',
    hosts: [...hosts.filter((host) => !host.healthy), ...hosts.filter((host) => host.healthy)],
    plan: {
      id,
      group: state.group,
      creator: 'codeDeployRollback',
      description: `Rollback of ${state.id} to the revision of ${good.deploymentId}`,
      revision: good.revision,
      lastGood: good,
      configName: state.configName,
      rule: state.rule,
      fileExistsBehavior: state.fileExistsBehavior,
      ignoreApplicationStopFailures: true,
      updateOutdatedInstancesOnly: false,
      autoRollback: undefined,
      rollsBack: state.id,
      replyTo: undefined,
    },
  };
}

/** Tells the pipeline's action; a failure names the failed instances (D1.19). */
function reply(state: Deployment): readonly Message[] {
  if (!state.replyTo) return [];
  const outcomes = { Succeeded: 'succeeded', Failed: 'failed', Stopped: 'stopped' } as const;
  const outcome = outcomes[state.status as keyof typeof outcomes];
  const why = state.error?.message ?? '';
  const rollback =
    state.rollback === undefined ? '' : `${why.includes('\n') ? '\n' : ' '}${state.rollback.message}`;
  const summary =
    outcome === 'succeeded'
      ? (state.messages[0] ?? `Deployment ${state.id} succeeded.`)
      : `Deployment ${state.id} ${outcome}: ${why}${rollback}`;
  const input: ReplyInput = {
    kind: 'reply',
    token: state.replyTo.token,
    outcome,
    externalId: state.id,
    summary,
    ...(outcome === 'failed' ? { errorCode: 'JobFailed' } : {}),
    outputs: { DeploymentId: state.id },
  };
  return [{ to: state.replyTo.to, input }];
}
