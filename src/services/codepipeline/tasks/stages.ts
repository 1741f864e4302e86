import type { TaskDefinition } from '../../../kernel/tasks/port.ts';
import { executionRef, laneRef } from '../aggregates.ts';
import { type ExecutionMode, findStage } from '../model/definition.ts';
import type { ExecutionInput } from '../model/execution/inputs.ts';
import type { ExecutionState } from '../model/execution/state.ts';
import type { LaneInput } from '../model/lane/lane.ts';
import { planStage } from '../model/plan.ts';
import type { Effect } from '../model/step.ts';
import type { CodePipelineParts } from '../parts.ts';
import { pinnedDefinition } from '../store/pipelines.ts';

type OpenStage = Effect & { readonly kind: 'open-stage' };
type PickWaiter = Effect & { readonly kind: 'pick-waiter' };

/** Brings a stage's plan from the pinned definition, for pipelines whose plans are too large to travel along. */
export function openStageTask(parts: CodePipelineParts): TaskDefinition<OpenStage> {
  return {
    kind: 'codepipeline.open-stage',
    async run({ scope, payload }) {
      const ref = executionRef(payload.executionId);
      const state = await parts.kernel.transitions.load<ExecutionState>(scope, ref);
      if (!state) return undefined;
      const { pipelineId, version } = state;
      const definition = await pinnedDefinition(parts.kernel.database.read, scope, pipelineId, version);
      const stage = findStage(definition, payload.stage);
      if (!stage) return undefined;
      const input: ExecutionInput = {
        kind: 'opened',
        stage: payload.stage,
        turn: payload.turn,
        plan: planStage(stage, parts.types),
      };
      return { deliver: [{ to: ref, input }] };
    },
  };
}

/** Finds who has waited longest in front of a lane. */
export function pickWaiterTask(parts: CodePipelineParts): TaskDefinition<PickWaiter> {
  return {
    kind: 'codepipeline.pick-waiter',
    async run({ scope, payload }) {
      const at = payload.laneId.indexOf('/');
      const pipelineId = payload.laneId.slice(0, at);
      const stage = payload.laneId.slice(at + 1);
      const [row] = await parts.kernel.database.read.query<{
        execution_id: string;
        exec_order: number;
        mode: string;
      }>(
        `select execution_id, exec_order, mode from codepipeline_waiters
         where account = ? and region = ? and pipeline_id = ? and stage = ? and mode <> 'SUPERSEDED'
         order by exec_order limit 1`,
        [scope.account, scope.region, pipelineId, stage],
      );
      const picked = row
        ? { executionId: row.execution_id, order: row.exec_order, mode: row.mode as ExecutionMode }
        : null;
      const input: LaneInput = { kind: 'picked', pipelineId, stage, token: payload.token, picked };
      return { deliver: [{ to: laneRef(payload.laneId), input }] };
    },
  };
}
