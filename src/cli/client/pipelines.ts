import type {
  ActionState,
  GetPipelineStateCommandOutput,
  PipelineSummary,
  StageState,
} from '@aws-sdk/client-codepipeline';
import type { Connection } from './connection.ts';

/** The CodePipeline client and the few questions that several commands ask. Loaded when first needed. */
export async function pipelines(connection: Connection) {
  const sdk = await import('@aws-sdk/client-codepipeline');
  const client = new sdk.CodePipelineClient(connection);
  return {
    client,
    sdk,
    async list(): Promise<PipelineSummary[]> {
      const found: PipelineSummary[] = [];
      for await (const page of sdk.paginateListPipelines({ client }, {}))
        found.push(...(page.pipelines ?? []));
      return found;
    },
    state: (name: string) => client.send(new sdk.GetPipelineStateCommand({ name })),
    latest: async (pipelineName: string) =>
      (await client.send(new sdk.ListPipelineExecutionsCommand({ pipelineName, maxResults: 1 })))
        .pipelineExecutionSummaries?.[0],
  };
}

export interface WaitingApproval {
  readonly stageName: string;
  readonly actionName: string;
  readonly token: string;
}

export function waitingApprovals(state: GetPipelineStateCommandOutput): WaitingApproval[] {
  return actionsOf(state).flatMap(({ stage, action }) => {
    const { status, token } = action.latestExecution ?? {};
    return status === 'InProgress' && token && stage.stageName && action.actionName
      ? [{ stageName: stage.stageName, actionName: action.actionName, token }]
      : [];
  });
}

export function actionsOf(
  state: GetPipelineStateCommandOutput,
): { stage: StageState; action: ActionState }[] {
  return (state.stageStates ?? []).flatMap((stage) =>
    (stage.actionStates ?? []).map((action) => ({ stage, action })),
  );
}
