import type { TaskDefinition } from '../../../kernel/tasks/port.ts';
import { ActionFailure } from '../actions/provider.ts';
import { executionRef } from '../aggregates.ts';
import type { ExecutionInput } from '../model/execution/inputs.ts';
import type { Effect } from '../model/step.ts';
import type { CodePipelineParts } from '../parts.ts';
import { recordVariables } from '../store/actions.ts';

/** Output variables of one action together, in bytes. */
const MAX_OUTPUT_BYTES = 122_880;

export function checkOutputSize(outputs: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(outputs).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes > MAX_OUTPUT_BYTES) {
    throw new ActionFailure(
      'JobFailed',
      `The output variables of the action have ${bytes} bytes, ${MAX_OUTPUT_BYTES} are allowed`,
    );
  }
}

type RecordOutputs = Effect & { readonly kind: 'record-outputs' };

/** Writes the variables that a reply brought, then ends the action: consumers find them in place. */
export function recordOutputsTask(parts: CodePipelineParts): TaskDefinition<RecordOutputs> {
  return {
    kind: 'codepipeline.record-outputs',
    async run({ id, scope, payload }) {
      const { executionId, actionExecutionId, result } = payload;
      const outputs = result.outputs ?? {};
      const { outputs: _, ...plain } = result;
      let answer: ExecutionInput = { kind: 'finished', token: actionExecutionId, result: plain };
      let fits = true;
      try {
        checkOutputSize(outputs);
      } catch (error) {
        fits = false;
        const message = error instanceof Error ? error.message : String(error);
        answer = {
          ...answer,
          result: { ...plain, outcome: 'failed', errorCode: 'JobFailed', errorMessage: message },
        };
      }
      return {
        async write(tx) {
          if (fits) await recordVariables(tx, scope, actionExecutionId, outputs);
          await parts.kernel.transitions.apply(tx, scope, executionRef(executionId), answer, id);
        },
      };
    },
  };
}
