import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as aws from '../../aws/builds.ts';
import { found } from '../../aws/found.ts';
import type { Watch } from '../../live/watch.ts';

const BUILDS: readonly Watch[] = [{ topic: 'codebuild.build' }];
const PROJECT = 'codebuild.project';

export const projectsQuery = () =>
  queryOptions({
    queryKey: ['projects'],
    queryFn: aws.listProjects,
    meta: { watch: [{ topic: PROJECT }] },
  });

export const projectQuery = (name: string) =>
  queryOptions({
    queryKey: ['project', name],
    queryFn: async () => found(await aws.getProject(name), `There is no build project ${name}.`),
    meta: { watch: [{ topic: PROJECT, id: name }] },
  });

/** Newest first; of one project, or of all without a name. */
export const buildsQuery = (project?: string) =>
  infiniteQueryOptions({
    queryKey: ['builds', project ?? 'all'],
    queryFn: ({ pageParam }) => aws.listBuilds(project, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextToken,
    meta: { watch: BUILDS },
  });

export const buildQuery = (id: string) =>
  queryOptions({
    queryKey: ['build', id],
    queryFn: async () => found((await aws.getBuilds([id]))[0], `There is no build ${id}.`),
    meta: { watch: [{ topic: 'codebuild.build', id }] },
  });

export const reportsQuery = (arns: readonly string[]) =>
  queryOptions({
    queryKey: ['reports', ...arns],
    queryFn: () => aws.getReports(arns),
    meta: { watch: BUILDS },
  });

const REPORT_GROUP = 'codebuild.report-group';
const REPORTS_PAGE = 50;

export const reportGroupsQuery = () =>
  queryOptions({
    queryKey: ['report-groups'],
    queryFn: aws.listReportGroups,
    meta: { watch: [{ topic: REPORT_GROUP }] },
  });

export const latestReportQuery = (group: string) =>
  queryOptions({
    queryKey: ['latest-report', group],
    queryFn: async () => (await aws.listReports(group, 1, undefined)).reports[0] ?? null,
    meta: { watch: [{ topic: REPORT_GROUP, id: group }] },
  });

export const groupReportsQuery = (group: string) =>
  infiniteQueryOptions({
    queryKey: ['group-reports', group],
    queryFn: ({ pageParam }) => aws.listReports(group, REPORTS_PAGE, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextToken,
    meta: { watch: [{ topic: REPORT_GROUP, id: group }] },
  });

export const testCasesQuery = (reportArn: string) =>
  queryOptions({
    queryKey: ['test-cases', reportArn],
    queryFn: () => aws.listTestCases(reportArn),
    meta: { watch: BUILDS },
  });
