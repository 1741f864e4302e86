import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import type { pipelines } from './pipelines.ts';

/** An approval that waits for somebody, and the execution that it holds up. */
export interface OpenApproval {
  readonly executionId: string;
  readonly stageName: string;
  readonly actionName: string;
  readonly token: string;
}

export interface OpenApprovals {
  readonly approvals: readonly OpenApproval[];
  /** Whether an execution that was looked at may still come to one. */
  readonly running: boolean;
}

/**
 * Asks each running execution, because GetPipelineState tells neither of PARALLEL executions nor of stages that a newer
 * version of the pipeline has no more.
 */
export async function openApprovals(
  { client, sdk }: Awaited<ReturnType<typeof pipelines>>,
  pipelineName: string,
  only?: string,
): Promise<OpenApprovals> {
  const approvals: OpenApproval[] = [];
  let running = false;
  for await (const page of sdk.paginateListPipelineExecutions({ client }, { pipelineName })) {
    for (const { pipelineExecutionId = '', status } of page.pipelineExecutionSummaries ?? []) {
      if (status !== 'InProgress' || (only !== undefined && only !== pipelineExecutionId)) continue;
      running = true;
      const filter = { pipelineExecutionId };
      for await (const { actionExecutionDetails = [] } of sdk.paginateListActionExecutions(
        { client },
        { pipelineName, filter },
      ))
        approvals.push(...actionExecutionDetails.flatMap(asApproval));
    }
  }
  return { approvals, running };
}

function asApproval(action: ActionExecutionDetail): readonly OpenApproval[] {
  const { pipelineExecutionId, stageName, actionName, status } = action;
  const token = action.output?.executionResult?.externalExecutionId;
  const waits = status === 'InProgress' && action.input?.actionTypeId?.category === 'Approval';
  return waits && token && pipelineExecutionId && stageName && actionName
    ? [{ executionId: pipelineExecutionId, stageName, actionName, token }]
    : [];
}
