import type { ServiceOperations } from '../../../wire/operation.ts';
import type { CodePipelineParts } from '../parts.ts';
import { actionExecutionOperations } from './action-executions.ts';
import { actionTypeOperations } from './action-types.ts';
import { controlOperations } from './control.ts';
import { executionOperations } from './executions.ts';
import { pipelineOperations } from './pipelines.ts';
import { stateOperations } from './state.ts';
import { tagOperations } from './tags.ts';

/** Everything of the API that is built; the rest answers "not built" by itself. */
export function codePipelineOperations(parts: CodePipelineParts): ServiceOperations {
  return {
    ...pipelineOperations(parts),
    ...executionOperations(parts),
    ...stateOperations(parts),
    ...actionExecutionOperations(parts),
    ...actionTypeOperations(parts),
    ...controlOperations(parts),
    ...tagOperations(parts),
  };
}
