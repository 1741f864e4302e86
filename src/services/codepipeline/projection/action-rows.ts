import type { SqlValue, Tx } from '../../../kernel/database/port.ts';
import { nextPosition } from '../../../kernel/ids.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { StateChange } from '../../../kernel/transitions/port.ts';
import { outputPlaces } from '../model/artifact-places.ts';
import { findAction, findStage, type PipelineDefinition, typeName } from '../model/definition.ts';
import type { ActionRun, ExecutionState } from '../model/execution/state.ts';
import { artifactsOf } from '../store/artifacts.ts';
import { findDefinition } from '../store/pipelines.ts';
import { leaveQueue } from '../store/turns.ts';
import type { ArtifactRow } from '../tables.ts';
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
  const isNew = ({ id }: ActionRun) => id !== null && !known.has(id);
  const declared = after.stage.actions.some(isNew) ? await declarations(tx, change) : undefined;
  for (const action of after.stage.actions) {
    if (action.id === null) continue;
    const old = known.get(action.id);
    if (!old) await insertAttempt(kernel, tx, change, action, declared);
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

interface Declarations {
  readonly definition: PipelineDefinition;
  readonly artifacts: readonly ArtifactRow[];
}

/** What is known of actions before their providers say anything: some have ended by then. */
async function declarations(
  tx: Tx,
  { scope, ref, after }: StateChange<ExecutionState>,
): Promise<Declarations | undefined> {
  const definition = await findDefinition(tx, scope, after.pipelineId, after.version);
  if (!definition) return undefined;
  const stage = findStage(definition, after.stage?.name ?? '');
  const takes = stage?.actions.some((action) => (action.inputArtifacts ?? []).length > 0);
  return { definition, artifacts: takes ? await artifactsOf(tx, scope, ref.id) : [] };
}

async function insertAttempt(
  kernel: Kernel,
  tx: Tx,
  change: StateChange<ExecutionState>,
  action: ActionRun,
  declared: Declarations | undefined,
): Promise<void> {
  const { scope, ref, after } = change;
  const stage = after.stage?.name ?? '';
  const definition = declared && findAction(declared.definition, stage, action.name);
  const inputs = (definition?.inputArtifacts ?? []).flatMap(({ name }) => {
    const found = declared?.artifacts.find((artifact) => artifact.name === name);
    return found ? [{ name, bucket: found.bucket, key: found.object_key }] : [];
  });
  const outputs =
    declared && definition && outputPlaces(declared.definition, scope.region, definition, action.id ?? '');
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
       position, version, stage, action, attempt, status, type, started_at, updated_at, latest, approval, namespace, inputs, outputs)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?, ?)`,
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
      definition?.namespace ?? null,
      JSON.stringify(inputs),
      JSON.stringify(outputs ?? []),
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
