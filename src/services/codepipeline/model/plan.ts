import type { ActionTypeSpec } from './action-type.ts';
import { findType, HOUR, MINUTE } from './action-type.ts';
import type { PipelineDefinition, StageDefinition } from './definition.ts';
import type { PlannedStage } from './execution/state.ts';

/** Plans of up to this many characters travel with the execution; longer ones are fetched stage by stage. */
const MAX_CARRIED = 8 * 1024;

/** What the engine needs to know of a stage. */
export function planStage(stage: StageDefinition, types: readonly ActionTypeSpec[]): PlannedStage {
  const retries = stage.onFailure?.result === 'RETRY';
  return {
    actions: stage.actions.map((action) => {
      const { category, owner, provider, version } = action.actionTypeId;
      const type = findType(types, action.actionTypeId);
      return {
        name: action.name,
        runOrder: action.runOrder ?? 1,
        type: { category, owner, provider, version },
        timeoutMs:
          action.timeoutInMinutes === undefined
            ? (type?.timeoutMs ?? HOUR)
            : action.timeoutInMinutes * MINUTE,
      };
    }),
    ...(retries ? { autoRetry: stage.onFailure?.retryConfiguration?.retryMode ?? 'FAILED_ACTIONS' } : {}),
  };
}

/** The plans of all stages when together they are small, so that no stage has to be fetched. */
export function carriedPlans(
  definition: PipelineDefinition,
  types: readonly ActionTypeSpec[],
): readonly PlannedStage[] | undefined {
  const plans = definition.stages.map((stage) => planStage(stage, types));
  return JSON.stringify(plans).length <= MAX_CARRIED ? plans : undefined;
}
