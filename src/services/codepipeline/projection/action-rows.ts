import type { SqlValue, Tx } from '../../../kernel/database/port.ts';
import { nextPosition } from '../../../kernel/ids.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { StateChange } from '../../../kernel/transitions/port.ts';
import { typeName } from '../model/definition.ts';
import type { ActionRun, ExecutionState } from '../model/execution/state.ts';
import { leaveQueue } from '../store/turns.ts';
import { wakeNext } from '../turns.ts';
import { announceAction } from './action-events.ts';

/** Writes a row for each new attempt, brings changed ones up to date and announces both. */
export async function projectActions(
  kernel: Kernel,
  tx: Tx,
  change: StateChange<ExecutionState>,
): Promise<void> {
  const { before, after } = change;
  if (!after.stage) return;
  const known = new Map((before?.stage?.actions ?? []).map((action) => [action.id, action]));
  for (const action of after.stage.actions) {
    if (action.id === null) continue;
    const old = known.get(action.id);
    if (!old) await insertAttempt(kernel, tx, change, action);
    // A reset action keeps its old id until it starts again; its row tells how that attempt ended.
    else if (action.status !== 'Pending' && hasChanged(old, action)) {
      await updateAttempt(tx, change, action);
      await announceAction(kernel, tx, change, old, action);
      if (old.waiting && !action.waiting) await giveTurnBack(kernel, tx, change, action.id);
    }
  }
}

/** It has begun, or never will: the next one is woken, which finds the place taken or free. */
async function giveTurnBack(
  kernel: Kernel,
  tx: Tx,
  change: StateChange<ExecutionState>,
  actionExecutionId: string,
): Promise<void> {
  const place = await leaveQueue(tx, change.scope, actionExecutionId);
  if (place) await wakeNext(kernel, tx, place);
}

function hasChanged(old: ActionRun, action: ActionRun): boolean {
  return (
    old.status !== action.status ||
    old.announced !== action.announced ||
    old.waiting !== action.waiting ||
    action.note !== undefined
  );
}

async function insertAttempt(
  kernel: Kernel,
  tx: Tx,
  change: StateChange<ExecutionState>,
  action: ActionRun,
): Promise<void> {
  const { scope, ref, after } = change;
  const stage = after.stage?.name ?? '';
  const place: SqlValue[] = [scope.account, scope.region];
  if (action.attempt > 1) {
    await tx.execute(
      `update codepipeline_actions set latest = 0
       where account = ? and region = ? and execution_id = ? and stage = ? and action = ?`,
      [...place, ref.id, stage, action.name],
    );
  }
  await tx.execute(
    `insert into codepipeline_actions (account, region, action_execution_id, pipeline_id, execution_id, exec_order,
       position, version, stage, action, attempt, status, type, started_at, updated_at, latest, approval)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0)`,
    [
      ...place,
      action.id,
      after.pipelineId,
      ref.id,
      after.order,
      nextPosition(kernel.clock.wall()),
      after.version,
      stage,
      action.name,
      action.attempt,
      action.status,
      typeName(action.type),
      action.startedAt,
      action.updatedAt,
    ],
  );
  await tx.execute(
    `insert into codepipeline_current_actions (account, region, pipeline_id, stage, action, action_execution_id,
       exec_order) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, pipeline_id, stage, action) do update
       set action_execution_id = excluded.action_execution_id, exec_order = excluded.exec_order
       where excluded.exec_order >= codepipeline_current_actions.exec_order`,
    [...place, after.pipelineId, stage, action.name, action.id, after.order],
  );
}

async function updateAttempt(tx: Tx, change: StateChange<ExecutionState>, action: ActionRun): Promise<void> {
  const { scope } = change;
  const note = action.note ?? {};
  await tx.execute(
    `update codepipeline_actions set status = ?, updated_at = ?, approval = ?,
       external_id = coalesce(?, external_id), external_url = coalesce(?, external_url),
       summary = coalesce(?, summary), error_code = ?, error_message = ?, updated_by = coalesce(?, updated_by)
     where account = ? and region = ? and action_execution_id = ?`,
    [
      action.status,
      action.updatedAt,
      action.approvalUntil === null ? 0 : 1,
      note.externalId ?? null,
      note.externalUrl ?? null,
      note.summary ?? null,
      note.errorCode ?? null,
      note.errorMessage ?? null,
      note.by ?? null,
      scope.account,
      scope.region,
      action.id,
    ],
  );
}
