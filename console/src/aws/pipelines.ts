import {
  type ApprovalStatus,
  CodePipelineClient,
  DisableStageTransitionCommand,
  EnableStageTransitionCommand,
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  ListPipelinesCommand,
  PutApprovalResultCommand,
  RetryStageExecutionCommand,
  type StageRetryMode,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { clientSettings, lazily } from './client-settings.ts';
import { allPages } from './pages.ts';

const client = lazily(() => new CodePipelineClient(clientSettings()));

export const listPipelines = () =>
  allPages(
    (nextToken) => client().send(new ListPipelinesCommand({ nextToken })),
    (page) => page.pipelines,
    (page) => page.nextToken,
  );

export const getPipeline = (name: string, version?: number) =>
  client().send(new GetPipelineCommand({ name, version }));

export const getPipelineState = (name: string) => client().send(new GetPipelineStateCommand({ name }));

export const listExecutions = (pipelineName: string, maxResults: number, nextToken?: string) =>
  client().send(new ListPipelineExecutionsCommand({ pipelineName, maxResults, nextToken }));

export async function getExecution(pipelineName: string, pipelineExecutionId: string) {
  const answer = await client().send(new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId }));
  return answer.pipelineExecution;
}

/** Every action that ran in an execution, retries included, oldest first. */
export async function listActions(pipelineName: string, pipelineExecutionId: string) {
  const actions = await allPages(
    (nextToken) =>
      client().send(
        new ListActionExecutionsCommand({ pipelineName, filter: { pipelineExecutionId }, nextToken }),
      ),
    (page) => page.actionExecutionDetails,
    (page) => page.nextToken,
  );
  return actions.toSorted((a, b) => (a.startTime?.getTime() ?? 0) - (b.startTime?.getTime() ?? 0));
}

export const startPipeline = (
  name: string,
  variables: readonly { readonly name: string; readonly value: string }[],
) =>
  client().send(
    new StartPipelineExecutionCommand({
      name,
      ...(variables.length === 0 ? {} : { variables: [...variables] }),
    }),
  );

export const stopExecution = (
  pipelineName: string,
  pipelineExecutionId: string,
  abandon: boolean,
  reason: string,
) =>
  client().send(
    new StopPipelineExecutionCommand({
      pipelineName,
      pipelineExecutionId,
      abandon,
      reason: reason || undefined,
    }),
  );

export const retryStage = (
  pipelineName: string,
  stageName: string,
  pipelineExecutionId: string,
  retryMode: StageRetryMode,
) =>
  client().send(new RetryStageExecutionCommand({ pipelineName, stageName, pipelineExecutionId, retryMode }));

export interface ApprovalAnswer {
  readonly pipelineName: string;
  readonly stageName: string;
  readonly actionName: string;
  readonly token: string;
  readonly status: ApprovalStatus;
  readonly summary: string;
}

export const putApproval = ({ status, summary, ...approval }: ApprovalAnswer) =>
  client().send(new PutApprovalResultCommand({ ...approval, result: { status, summary } }));

export const enableTransition = (pipelineName: string, stageName: string) =>
  client().send(new EnableStageTransitionCommand({ pipelineName, stageName, transitionType: 'Inbound' }));

export const disableTransition = (pipelineName: string, stageName: string, reason: string) =>
  client().send(
    new DisableStageTransitionCommand({ pipelineName, stageName, transitionType: 'Inbound', reason }),
  );
