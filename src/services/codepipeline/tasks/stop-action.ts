import type { TaskDefinition, TaskRequest } from '../../../kernel/tasks/port.ts';
import { findProvider } from '../actions/table.ts';
import { findAction } from '../model/definition.ts';
import type { Effect } from '../model/step.ts';
import type { CodePipelineParts } from '../parts.ts';
import { actionById } from '../store/actions.ts';
import { findDefinition } from '../store/pipelines.ts';

type StopAction = Effect & { readonly kind: 'stop-action' };

/** For work whose stop was asked for before it was known. */
export function stopLate(executionId: string, actionExecutionId: string): TaskRequest {
  const payload: StopAction = { kind: 'stop-action', executionId, actionExecutionId };
  return {
    kind: 'codepipeline.stop-action',
    key: `codepipeline.stop-action/${actionExecutionId}/late`,
    payload,
  };
}

/** Asks the provider to end work that nobody waits for any more. */
export function stopActionTask(parts: CodePipelineParts): TaskDefinition<StopAction> {
  return {
    kind: 'codepipeline.stop-action',
    async run({ scope, payload }) {
      const { read } = parts.kernel.database;
      const row = await actionById(read, scope, payload.actionExecutionId);
      if (!row || row.external_id === null) return;
      const definition = await findDefinition(read, scope, row.pipeline_id, row.version);
      const action = definition && findAction(definition, row.stage, row.action);
      const provider = action && findProvider(parts.providers, action.actionTypeId);
      if (!provider) return;
      const account = action.roleArn?.split(':')[4] ?? scope.account;
      const region = action.region ?? scope.region;
      await provider.stop({ scope: { account, region }, externalId: row.external_id });
    },
  };
}
