import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as aws from '../../aws/deployments.ts';
import { found } from '../../aws/found.ts';
import type { Watch } from '../../live/watch.ts';

const DEPLOYMENT = 'codedeploy.deployment';

/** A deployment announces its targets too. */
const of = (id: string): readonly Watch[] => [{ topic: DEPLOYMENT, id }];

export const deploymentsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['deployments'],
    queryFn: ({ pageParam }) => aws.listDeployments(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextToken,
    meta: { watch: [{ topic: DEPLOYMENT }] },
  });

export const deploymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['deployment', id],
    queryFn: async () => found(await aws.getDeployment(id), `There is no deployment ${id}.`),
    meta: { watch: of(id) },
  });

export const targetsQuery = (id: string) =>
  queryOptions({
    queryKey: ['targets', id],
    queryFn: () => aws.listTargets(id),
    meta: { watch: of(id) },
  });

export const hostsQuery = () =>
  queryOptions({
    queryKey: ['hosts'],
    queryFn: aws.listInstances,
    meta: { watch: [{ topic: 'codedeploy.host' }] },
  });
