import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as aws from '../../aws/deployments.ts';
import { found } from '../../aws/found.ts';
import type { Watch } from '../../live/watch.ts';

const DEPLOYMENT = 'codedeploy.deployment';

/** A deployment announces its targets too. */
const watchOf = (id: string): readonly Watch[] => [{ topic: DEPLOYMENT, id }];

/** Of one group, or all of them; newest first. */
export const deploymentsQuery = (of?: aws.OfGroup) =>
  infiniteQueryOptions({
    queryKey: ['deployments', of ?? 'all'],
    queryFn: ({ pageParam }) => aws.listDeployments(pageParam, of),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextToken,
    meta: { watch: [{ topic: DEPLOYMENT }] },
  });

export const deploymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['deployment', id],
    queryFn: async () => found(await aws.getDeployment(id), `There is no deployment ${id}.`),
    meta: { watch: watchOf(id) },
  });

export const targetsQuery = (id: string) =>
  queryOptions({
    queryKey: ['targets', id],
    queryFn: () => aws.listTargets(id),
    meta: { watch: watchOf(id) },
  });

const APPLICATION = 'codedeploy.application';

export const applicationsQuery = () =>
  queryOptions({
    queryKey: ['applications'],
    queryFn: aws.listApplications,
    meta: { watch: [{ topic: APPLICATION }] },
  });

export const applicationQuery = (name: string) =>
  queryOptions({
    queryKey: ['application', name],
    queryFn: async () => found(await aws.getApplication(name), `There is no application ${name}.`),
    meta: { watch: [{ topic: APPLICATION, id: name }] },
  });

/** A group tells its last deployment, so it moves with them. */
export const groupsQuery = (application: string) =>
  queryOptions({
    queryKey: ['groups', application],
    queryFn: () => aws.listGroups(application),
    meta: { watch: [{ topic: APPLICATION, id: application }, { topic: DEPLOYMENT }] },
  });

export const hostsQuery = () =>
  queryOptions({
    queryKey: ['hosts'],
    queryFn: aws.listInstances,
    meta: { watch: [{ topic: 'codedeploy.host' }] },
  });
