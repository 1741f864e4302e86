import type { SqlValue, Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { StateChange } from '../../../kernel/transitions/port.ts';
import { type ExecutionState, stageName } from '../model/execution/state.ts';
import { projectActions } from './action-rows.ts';

/** Keeps the rows that lists and lookups read in step with an execution, and announces its actions. */
export async function projectExecution(
  kernel: Kernel,
  tx: Tx,
  change: StateChange<ExecutionState>,
): Promise<void> {
  await projectSummary(tx, change);
  await projectWaiting(tx, change);
  await projectStage(tx, change);
  await projectActions(kernel, tx, change);
}

async function projectSummary(tx: Tx, change: StateChange<ExecutionState>): Promise<void> {
  const { scope, ref, before, after } = change;
  if (!before) {
    await tx.execute(
      `insert into codepipeline_executions (account, region, execution_id, pipeline_id, exec_order, version, mode,
         status, status_summary, trigger_type, trigger_detail, started_at, updated_at, stop_reason, superseded_by)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        scope.account,
        scope.region,
        ref.id,
        after.pipelineId,
        after.order,
        after.version,
        after.mode,
        after.status,
        after.statusSummary,
        after.trigger.type,
        after.trigger.detail,
        after.startedAt,
        after.updatedAt,
        after.stop?.reason ?? null,
        after.supersededBy,
      ],
    );
    return;
  }
  await tx.execute(
    `update codepipeline_executions set status = ?, status_summary = ?, updated_at = ?, stop_reason = ?,
       superseded_by = ? where account = ? and region = ? and execution_id = ?`,
    [
      after.status,
      after.statusSummary,
      after.updatedAt,
      after.stop?.reason ?? null,
      after.supersededBy,
      scope.account,
      scope.region,
      ref.id,
    ],
  );
}

/** In front of which stage it waits; undefined when it does not. */
function waitsFor(state: ExecutionState | undefined): string | undefined {
  return state?.phase === 'waiting' ? stageName(state) : undefined;
}

async function projectWaiting(tx: Tx, change: StateChange<ExecutionState>): Promise<void> {
  const { scope, ref, before, after } = change;
  const left = waitsFor(before);
  const joined = waitsFor(after);
  if (left === joined) return;
  const key = (stage: string): SqlValue[] => [
    scope.account,
    scope.region,
    after.pipelineId,
    stage,
    after.order,
  ];
  if (left !== undefined) {
    await tx.execute(
      `delete from codepipeline_waiters
       where account = ? and region = ? and pipeline_id = ? and stage = ? and exec_order = ?`,
      key(left),
    );
  }
  if (joined !== undefined) {
    await tx.execute(
      `insert into codepipeline_waiters (account, region, pipeline_id, stage, exec_order, execution_id, mode)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [...key(joined), ref.id, after.mode],
    );
  }
}

async function projectStage(tx: Tx, change: StateChange<ExecutionState>): Promise<void> {
  const { scope, ref, before, after } = change;
  const { stage } = after;
  if (!stage) return;
  const old = before?.turn === after.turn ? before.stage : undefined;
  if (
    old &&
    old.status === stage.status &&
    old.autoRetries === stage.autoRetries &&
    old.manualRetries === stage.manualRetries
  ) {
    return;
  }
  await tx.execute(
    `insert into codepipeline_stages (account, region, pipeline_id, stage, exec_order, execution_id, status,
       auto_retries, manual_retries, last_retry) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, pipeline_id, stage, exec_order) do update set status = excluded.status,
       auto_retries = excluded.auto_retries, manual_retries = excluded.manual_retries,
       last_retry = excluded.last_retry`,
    [
      scope.account,
      scope.region,
      after.pipelineId,
      stage.name,
      after.order,
      ref.id,
      stage.status,
      stage.autoRetries,
      stage.manualRetries,
      stage.lastRetry,
    ],
  );
}
