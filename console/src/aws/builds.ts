import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  BatchGetReportGroupsCommand,
  BatchGetReportsCommand,
  CodeBuildClient,
  DescribeTestCasesCommand,
  ListBuildsCommand,
  ListBuildsForProjectCommand,
  ListProjectsCommand,
  ListReportGroupsCommand,
  ListReportsForReportGroupCommand,
  RetryBuildCommand,
  StartBuildCommand,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';
import { clientSettings, lazily, ownArn } from './client-settings.ts';
import { allPages, inBatches } from './pages.ts';

const client = lazily(() => new CodeBuildClient(clientSettings()));

export async function listProjects() {
  const names = await allPages(
    (nextToken) => client().send(new ListProjectsCommand({ nextToken })),
    (page) => page.projects,
    (page) => page.nextToken,
  );
  return inBatches(names, 100, async (batch) => {
    return (await client().send(new BatchGetProjectsCommand({ names: batch }))).projects;
  });
}

export async function getProject(name: string) {
  const answer = await client().send(new BatchGetProjectsCommand({ names: [name] }));
  return answer.projects?.[0];
}

export async function getBuilds(ids: readonly string[]) {
  return inBatches(ids, 100, async (batch) => {
    return (await client().send(new BatchGetBuildsCommand({ ids: batch }))).builds;
  });
}

/** A page of builds, newest first: of one project, or of all without a name. */
export async function listBuilds(projectName: string | undefined, nextToken: string | undefined) {
  const answer =
    projectName === undefined
      ? await client().send(new ListBuildsCommand({ sortOrder: 'DESCENDING', nextToken }))
      : await client().send(
          new ListBuildsForProjectCommand({ projectName, sortOrder: 'DESCENDING', nextToken }),
        );
  return { builds: await getBuilds(answer.ids ?? []), nextToken: answer.nextToken };
}

export const startBuild = (projectName: string) => client().send(new StartBuildCommand({ projectName }));

/** The same build once more, with what it was given then. */
export const retryBuild = (id: string) => client().send(new RetryBuildCommand({ id }));

export const stopBuild = (id: string) => client().send(new StopBuildCommand({ id }));

export async function getReports(reportArns: readonly string[]) {
  return inBatches(reportArns, 100, async (batch) => {
    return (await client().send(new BatchGetReportsCommand({ reportArns: batch }))).reports;
  });
}

export async function listReportGroups() {
  const arns = await allPages(
    (nextToken) => client().send(new ListReportGroupsCommand({ nextToken })),
    (page) => page.reportGroups,
    (page) => page.nextToken,
  );
  return inBatches(arns, 100, async (reportGroupArns) => {
    return (await client().send(new BatchGetReportGroupsCommand({ reportGroupArns }))).reportGroups;
  });
}

/** A page of a group's reports, newest first. */
export async function listReports(group: string, maxResults: number, nextToken: string | undefined) {
  const reportGroupArn = ownArn('codebuild', `report-group/${group}`);
  const answer = await client().send(
    new ListReportsForReportGroupCommand({ reportGroupArn, maxResults, nextToken }),
  );
  return { reports: await getReports(answer.reports ?? []), nextToken: answer.nextToken };
}

export const listTestCases = (reportArn: string) =>
  allPages(
    (nextToken) => client().send(new DescribeTestCasesCommand({ reportArn, nextToken })),
    (page) => page.testCases,
    (page) => page.nextToken,
  );
