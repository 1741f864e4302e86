import type { Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { BusEvent, StateChange } from '../../../kernel/transitions/port.ts';
import { pipelineArn } from '../arn.ts';
import type { ActionRun, ExecutionState } from '../model/execution/state.ts';
import { actionById } from '../store/actions.ts';
import type { StoredArtifact } from '../store/artifacts.ts';
import type { ActionRow } from '../tables.ts';

const STATE_OF = {
  InProgress: 'STARTED',
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Abandoned: 'ABANDONED',
} as const;

/**
 * Puts the events of an action on the bus. They are made here and not in the core because they carry artifacts and
 * texts that only the action's row holds. An action that ended before its provider answered gets its STARTED event now.
 */
export async function announceAction(
  kernel: Kernel,
  tx: Tx,
  change: StateChange<ExecutionState>,
  old: ActionRun,
  action: ActionRun,
): Promise<void> {
  const row = action.id === null ? undefined : await actionById(tx, change.scope, action.id);
  if (!row || action.status === 'Pending') return;
  const publish = (event: BusEvent) => kernel.outbox.publish(tx, change.scope, change.ref, event);
  if (!old.announced && action.status !== 'InProgress') {
    await publish(actionEvent(change, action, row, 'STARTED'));
  }
  if (!old.announced || action.status !== old.status) {
    await publish(actionEvent(change, action, row, STATE_OF[action.status]));
  }
  const approval = approvalState(old, action);
  if (approval) await publish(approvalEvent(change, action, row, approval));
}

function actionEvent(
  { scope, ref, after }: StateChange<ExecutionState>,
  action: ActionRun,
  row: ActionRow,
  state: string,
): BusEvent {
  const ended = state !== 'STARTED';
  const { category, owner, provider, version } = action.type;
  const result = {
    ...(row.external_url === null ? {} : { 'external-execution-url': row.external_url }),
    ...(row.summary === null && row.error_message === null
      ? {}
      : { 'external-execution-summary': row.error_message ?? row.summary }),
    ...(row.external_id === null ? {} : { 'external-execution-id': row.external_id }),
    ...(row.error_code === null ? {} : { 'error-code': row.error_code }),
  };
  return {
    source: 'aws.codepipeline',
    detailType: 'CodePipeline Action Execution State Change',
    resources: [pipelineArn(scope, after.pipelineName)],
    detail: {
      pipeline: after.pipelineName,
      'execution-id': ref.id,
      'start-time': new Date(action.startedAt).toISOString(),
      stage: row.stage,
      action: action.name,
      'action-execution-id': action.id,
      state,
      region: scope.region,
      type: { owner, provider, category, version },
      version: after.version,
      ...(Object.keys(result).length === 0 ? {} : { 'execution-result': result }),
      'input-artifacts': artifactsOf(row.inputs),
      'output-artifacts': ended && state === 'SUCCEEDED' ? artifactsOf(row.outputs) : [],
    },
  };
}

function artifactsOf(json: string | null): unknown[] {
  const artifacts = json === null ? [] : (JSON.parse(json) as StoredArtifact[]);
  return artifacts.map(({ name, bucket, key }) => ({ name, s3location: { bucket, key } }));
}

type Approval = 'NEEDED' | 'APPROVED' | 'REJECTED' | 'EXPIRED';

function approvalState(old: ActionRun, action: ActionRun): Approval | undefined {
  if (action.type.category !== 'Approval') return undefined;
  if (action.approvalUntil !== null && old.approvalUntil === null) return 'NEEDED';
  if (old.approvalUntil === null) return undefined;
  if (action.status === 'Succeeded') return 'APPROVED';
  if (action.status !== 'Failed') return undefined;
  return action.note?.errorCode === 'JobTimedOut' ? 'EXPIRED' : 'REJECTED';
}

/** Not one of AWS's events (there it is a message to the action's topic), so it has a source of ours. */
function approvalEvent(
  { scope, ref, after }: StateChange<ExecutionState>,
  action: ActionRun,
  row: ActionRow,
  state: Approval,
): BusEvent {
  const configuration = row.resolved === null ? {} : (JSON.parse(row.resolved) as Record<string, string>);
  return {
    source: 'pipewright.codepipeline',
    detailType: 'CodePipeline Approval State Change',
    resources: [pipelineArn(scope, after.pipelineName)],
    detail: {
      state,
      region: scope.region,
      'execution-id': ref.id,
      approval: {
        pipelineName: after.pipelineName,
        stageName: row.stage,
        actionName: action.name,
        token: action.id,
        expires: new Date(action.startedAt + action.timeoutMs).toISOString(),
        externalEntityLink: configuration['ExternalEntityLink'] ?? null,
        customData: configuration['CustomData'] ?? null,
        notificationArn: configuration['NotificationArn'] ?? null,
      },
      ...(state === 'APPROVED' || state === 'REJECTED' ? { by: row.updated_by, summary: row.summary } : {}),
    },
  };
}
