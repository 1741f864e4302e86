import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { found } from '../../aws/found.ts';
import * as aws from '../../aws/pipelines.ts';
import type { Watch } from '../../live/watch.ts';

/** What moves when a pipeline runs: itself, its executions and its lanes. */
const RUNS: readonly Watch[] = [
  { topic: 'codepipeline.pipeline' },
  { topic: 'codepipeline.execution' },
  { topic: 'codepipeline.lane' },
];

const HISTORY_PAGE = 50;

export const pipelinesQuery = () =>
  queryOptions({
    queryKey: ['pipelines'],
    queryFn: aws.listPipelines,
    // A new pipeline starts an execution at once.
    meta: { watch: [{ topic: 'codepipeline.pipeline' }, { topic: 'codepipeline.execution' }] },
  });

export const definitionQuery = (name: string, version?: number) =>
  queryOptions({
    queryKey: ['pipeline', name, version ?? 'latest'],
    queryFn: () => aws.getPipeline(name, version),
    meta: { watch: [{ topic: 'codepipeline.pipeline' }] },
  });

export const stateQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipeline-state', name],
    queryFn: () => aws.getPipelineState(name),
    meta: { watch: RUNS },
  });

export const latestExecutionsQuery = (name: string, count: number) =>
  queryOptions({
    queryKey: ['executions', name, count],
    queryFn: async () => (await aws.listExecutions(name, count)).pipelineExecutionSummaries ?? [],
    meta: { watch: RUNS },
  });

export const historyQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ['executions', name, 'history'],
    queryFn: ({ pageParam }) => aws.listExecutions(name, HISTORY_PAGE, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextToken,
    meta: { watch: RUNS },
  });

export const executionQuery = (name: string, id: string) =>
  queryOptions({
    queryKey: ['execution', name, id],
    queryFn: async () => found(await aws.getExecution(name, id), `There is no execution ${id}.`),
    meta: { watch: RUNS },
  });

export const actionsQuery = (name: string, id: string) =>
  queryOptions({
    queryKey: ['actions', name, id],
    queryFn: () => aws.listActions(name, id),
    meta: { watch: RUNS },
  });
