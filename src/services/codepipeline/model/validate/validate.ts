import type { ActionTypeSpec } from '../action-type.ts';
import type { PipelineDefinition } from '../definition.ts';
import { checkAction } from './actions.ts';
import { checkFlow } from './artifacts.ts';
import type { Problem } from './problem.ts';
import { checkStage } from './stages.ts';
import { checkStructure } from './structure.ts';

/** Everything that is wrong with a pipeline, in the order of the document; empty when it may be created. */
export function validatePipeline(
  definition: PipelineDefinition,
  region: string,
  types: readonly ActionTypeSpec[],
): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (problem: Problem) => void problems.push(problem);
  checkStructure(definition, region, report);
  for (const [n, stage] of definition.stages.entries()) {
    checkStage(stage, n, report);
    for (const [i, action] of stage.actions.entries()) {
      checkAction(definition, action, ['stages', n, 'actions', i], region, types, report);
    }
  }
  checkFlow(definition, report);
  return problems;
}
