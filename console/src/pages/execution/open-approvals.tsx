import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import { useQuery } from '@tanstack/react-query';
import { actionsQuery } from '../pipeline/queries.ts';
import { WaitingAlert } from '../pipeline/waiting-alerts.tsx';

interface OpenApprovalsProps {
  readonly pipeline: string;
  readonly executionId: string;
}

/** What of this execution waits for a person. For PARALLEL executions no other place tells. */
export function OpenApprovals({ pipeline, executionId }: OpenApprovalsProps) {
  const actions = useQuery(actionsQuery(pipeline, executionId));
  return (actions.data ?? []).filter(waits).map((action) => (
    <WaitingAlert
      key={action.actionExecutionId}
      pipeline={pipeline}
      stage={action.stageName ?? ''}
      action={{
        name: action.actionName ?? '',
        configuration: { ...action.input?.configuration, ...action.input?.resolvedConfiguration },
        approvalToken: action.output?.executionResult?.externalExecutionId,
      }}
    />
  ));
}

function waits({ input, output, status }: ActionExecutionDetail): boolean {
  const asked = output?.executionResult?.externalExecutionId !== undefined;
  return input?.actionTypeId?.category === 'Approval' && status === 'InProgress' && asked;
}
