import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { found } from '../../aws/found.ts';
import * as aws from '../../aws/pipelines.ts';
import { rulesWithTarget } from '../../aws/rules.ts';
import type { Watch } from '../../live/watch.ts';

const PIPELINE = 'codepipeline.pipeline';

/** A pipeline announces its definition, its executions and its transitions, by its name. */
const of = (id: string): readonly Watch[] => [{ topic: PIPELINE, id }];

const HISTORY_PAGE = 50;

export const pipelinesQuery = () =>
  queryOptions({
    queryKey: ['pipelines'],
    queryFn: aws.listPipelines,
    meta: { watch: [{ topic: PIPELINE }] },
  });

export const definitionQuery = (name: string, version?: number) =>
  queryOptions({
    queryKey: ['pipeline', name, version ?? 'latest'],
    queryFn: () => aws.getPipeline(name, version),
    meta: { watch: of(name) },
  });

/** The rules of the event bus that have the pipeline as their target. */
export const startRulesQuery = (arn: string) =>
  queryOptions({
    queryKey: ['start-rules', arn],
    queryFn: () => rulesWithTarget(arn),
    meta: { watch: [{ topic: 'events.rules' }] },
  });

export const stateQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipeline-state', name],
    queryFn: () => aws.getPipelineState(name),
    // Lanes bear the pipeline's inner id: who waits in front of a stage moves with them.
    meta: { watch: [...of(name), { topic: 'codepipeline.lane' }] },
  });

/** Whether an approval of the pipeline waits for a person. */
export const waitingQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipeline-waits', name],
    queryFn: async () => {
      const { stageStates = [] } = await aws.getPipelineState(name);
      const actions = stageStates.flatMap((stage) => stage.actionStates ?? []);
      return actions.some(
        ({ latestExecution: last }) => last?.status === 'InProgress' && last.token !== undefined,
      );
    },
    meta: { watch: of(name) },
  });

export const latestExecutionsQuery = (name: string, count: number) =>
  queryOptions({
    queryKey: ['executions', name, count],
    queryFn: async () => (await aws.listExecutions(name, count)).pipelineExecutionSummaries ?? [],
    meta: { watch: of(name) },
  });

export const historyQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ['executions', name, 'history'],
    queryFn: ({ pageParam }) => aws.listExecutions(name, HISTORY_PAGE, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextToken,
    meta: { watch: of(name) },
  });

export const executionQuery = (name: string, id: string) =>
  queryOptions({
    queryKey: ['execution', name, id],
    queryFn: async () => found(await aws.getExecution(name, id), `There is no execution ${id}.`),
    meta: { watch: of(name) },
  });

export const actionsQuery = (name: string, id: string) =>
  queryOptions({
    queryKey: ['actions', name, id],
    queryFn: () => aws.listActions(name, id),
    meta: { watch: of(name) },
  });
