import {
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  type PipelineExecutionSummary,
  PutApprovalResultCommand,
} from '@aws-sdk/client-codepipeline';
import { followChanges } from '../client/changes.ts';
import type { Connection } from '../client/connection.ts';
import { followLog } from '../client/live-log.ts';
import { actionsOf, waitingApprovals } from '../client/pipelines.ts';
import type { DemoClients } from './clients.ts';
import { names } from './names.ts';
import type { Screen } from './screen.ts';

/** What was seen of one execution. */
export interface SeenExecution {
  readonly id: string;
  readonly status: string;
  /** Milliseconds since the epoch of the first line that the buildspec's own first command printed, as stored. */
  readonly firstLogAt: number | undefined;
  /** How long the approval was waited for. */
  readonly approvalMs: number;
}

interface Follow {
  readonly connection: Connection;
  readonly clients: DemoClients;
  readonly commitId: string;
  readonly screen: Screen;
  /** Resolves when the approval may be given; false when a person has answered meanwhile. */
  readonly beforeApproval: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Shows the execution that a commit started, with live logs, approves it, and answers when it has ended. */
export async function followExecution(follow: Follow): Promise<SeenExecution> {
  const { clients, screen } = follow;
  const over = new AbortController();
  const signal = AbortSignal.any([follow.signal, over.signal]);
  const logs = new Map<string, Promise<number | undefined>>();
  let approval: Promise<number> | undefined;
  try {
    for await (const change of followChanges(follow.connection, signal)) {
      if (change.topic !== 'hello' && !change.topic.startsWith('codepipeline.')) continue;
      const execution = await executionOf(clients, follow.commitId);
      if (execution === undefined) continue;
      const state = await clients.codepipeline.send(new GetPipelineStateCommand({ name: names.pipeline }));
      for (const { stage, action } of actionsOf(state)) {
        if (stage.latestExecution?.pipelineExecutionId !== execution.pipelineExecutionId) continue;
        screen.action(stage, action);
        const buildId = action.latestExecution?.externalExecutionId;
        if (stage.stageName === names.stages.build && buildId !== undefined && !logs.has(buildId)) {
          logs.set(buildId, showLog(follow.connection, buildId, screen, signal));
        }
      }
      const waiting = waitingApprovals(state)[0];
      if (waiting !== undefined) approval ??= approve(follow, waiting);
      if (execution.status !== 'InProgress') {
        const [firstLogAt] = await Promise.all(logs.values());
        return {
          id: execution.pipelineExecutionId ?? '',
          status: execution.status ?? '',
          firstLogAt,
          approvalMs: (await approval) ?? 0,
        };
      }
    }
    throw new Error('the live stream ended before the execution did');
  } finally {
    over.abort();
  }
}

async function executionOf(
  { codepipeline }: DemoClients,
  commitId: string,
): Promise<PipelineExecutionSummary | undefined> {
  const { pipelineExecutionSummaries: found } = await codepipeline.send(
    new ListPipelineExecutionsCommand({ pipelineName: names.pipeline, maxResults: 10 }),
  );
  return found?.find((one) => one.sourceRevisions?.some(({ revisionId }) => revisionId === commitId));
}

/** Prints a build's log as it is written; answers when the first line of the user's own commands was stored. */
async function showLog(
  connection: Connection,
  buildId: string,
  screen: Screen,
  signal: AbortSignal,
): Promise<number | undefined> {
  const [project, stream = ''] = buildId.split(':');
  let firstAt: number | undefined;
  let ran = false;
  const address = { group: `/aws/codebuild/${project}`, stream, offset: 0 };
  for await (const records of followLog(connection, address, signal)) {
    for (const { at, text } of records) {
      if (ran && !text.startsWith('[Container]')) firstAt ??= at;
      ran ||= /^\[Container\].* Running command /.test(text);
      screen.log(text);
    }
  }
  return firstAt;
}

async function approve(
  follow: Follow,
  waiting: ReturnType<typeof waitingApprovals>[number],
): Promise<number> {
  const start = Date.now();
  await follow.beforeApproval(follow.signal);
  const result = { status: 'Approved', summary: 'Approved by the demo.' } as const;
  await follow.clients.codepipeline
    .send(new PutApprovalResultCommand({ pipelineName: names.pipeline, ...waiting, result }))
    .catch((error: unknown) => {
      // A person was quicker.
      if (!/ApprovalAlreadyCompleted|InvalidApprovalToken/.test((error as Error).name)) throw error;
    });
  return Date.now() - start;
}
