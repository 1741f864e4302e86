import {
  BatchGetReportGroupsCommand,
  BatchGetReportsCommand,
  CreateReportGroupCommand,
  DeleteReportCommand,
  DeleteReportGroupCommand,
  DescribeTestCasesCommand,
  ListReportGroupsCommand,
  ListReportsCommand,
  ListReportsForReportGroupCommand,
} from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuildServer, openBuildServer } from '../C01-buildspec/build-client.ts';

let server: BuildServer;
beforeAll(async () => {
  server = await openBuildServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const arn = (resource: string) => `arn:aws:codebuild:us-east-1:111111111111:${resource}`;
const writing = (
  files: Readonly<Record<string, string>>,
  reports: unknown,
  more: readonly string[] = [],
) => ({
  version: 0.2,
  phases: {
    build: {
      commands: [
        ...Object.entries(files).map(
          ([name, text]) => `mkdir -p "$(dirname ${name})"; cat > ${name} <<'END'\n${text}\nEND\n`,
        ),
        ...more,
      ],
    },
  },
  reports,
});
const report = async (reportArn: string) =>
  (await server.codebuild.send(new BatchGetReportsCommand({ reportArns: [reportArn] }))).reports?.[0];
const cases = async (reportArn: string, filter?: { status?: string; keyword?: string }) =>
  (await server.codebuild.send(new DescribeTestCasesCommand({ reportArn, filter }))).testCases ?? [];

test('a JUnit report: group <project>-<name>, totals, cases (C5.1, C5.3), also after a failed build (C5.4)', async () => {
  const xml = `<testsuites><testsuite name="unit">
<testcase classname="app" name="adds" time="0.25"/>
<testcase classname="app" name="divides" time="0.5"><failure message="1 &lt; 0">at app.js:3</failure></testcase>
<testcase classname="app" name="later"><skipped/></testcase></testsuite></testsuites>`;
  await server.makeProject(
    'tested',
    writing({ 'out/unit/junit.xml': xml }, { unit: { files: ['**/*.xml'], 'base-directory': 'out' } }, [
      'exit 1',
    ]),
  );
  const build = await server.run('tested');
  expect(build.buildStatus).toBe('FAILED');
  const [reportArn] = build.reportArns ?? [];
  expect(reportArn).toBe(arn(`report/tested-unit:${build.id?.split(':')[1]}`));
  expect(await report(reportArn as string)).toMatchObject({
    name: 'unit',
    type: 'TEST',
    status: 'FAILED',
    reportGroupArn: arn('report-group/tested-unit'),
    executionId: build.arn,
    testSummary: {
      total: 3,
      statusCounts: { SUCCEEDED: 1, FAILED: 1, SKIPPED: 1, ERROR: 0, UNKNOWN: 0 },
      durationInNanoSeconds: 750_000_000,
    },
  });
  expect(await cases(reportArn as string)).toMatchObject([
    {
      name: 'adds',
      prefix: 'app',
      testSuiteName: 'unit',
      status: 'SUCCEEDED',
      durationInNanoSeconds: 250_000_000,
      testRawDataPath: 'unit/junit.xml',
    },
    { name: 'divides', status: 'FAILED', message: '1 < 0\nat app.js:3' },
    { name: 'later', status: 'SKIPPED' },
  ]);
  expect(await cases(reportArn as string, { status: 'FAILED' })).toMatchObject([{ name: 'divides' }]);
  expect(await cases(reportArn as string, { keyword: 'add' })).toMatchObject([{ name: 'adds' }]);
  expect((await server.log(build)).join('\n')).toContain(
    'Report tested-unit FAILED: 3 tests: 1 passed, 1 failed, 1 skipped (33.3 %)',
  );
});

test('a file that cannot be read makes the report INCOMPLETE with the parser’s words; entities are never read', async () => {
  const evil =
    '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&secret;"/></testsuite>';
  await server.makeProject(
    'unreadable',
    writing(
      {
        'r/a.xml': '<testsuite><testcase name="ok"/></testsuite>',
        'r/b.xml': '<testsuite>',
        'r/c.xml': evil,
      },
      { unit: { files: ['r/*'] }, covered: { files: ['r/*'], 'file-format': 'CLOVERXML' } },
    ),
  );
  const build = await server.run('unreadable');
  expect(build.buildStatus).toBe('SUCCEEDED');
  expect(await report(build.reportArns?.[0] as string)).toMatchObject({
    status: 'INCOMPLETE',
    testSummary: { total: 1 },
  });
  const log = (await server.log(build)).join('\n');
  expect(log).toContain('Report unit: r/b.xml: not valid XML');
  expect(log).toContain('Report unit: r/c.xml: the file declares XML entities');
  expect(log).toContain('Report covered: code coverage (CLOVERXML) is not available yet');
});

test('C5-S1: a TRX report in a shared group, passed and then failed', async () => {
  const { reportGroup } = await server.codebuild.send(
    new CreateReportGroupCommand({
      name: 'TestReports',
      type: 'TEST',
      exportConfig: { exportConfigType: 'NO_EXPORT' },
    }),
  );
  const trx = (outcome: string) =>
    `<TestRun name="run"><Results><UnitTestResult testId="1" testName="Adds" outcome="${outcome}" duration="00:00:00.5"/></Results></TestRun>`;
  const reports = {
    [reportGroup?.arn as string]: {
      'file-format': 'VisualStudioTrx',
      files: ['**/*'],
      'base-directory': './testresults',
    },
  };
  const statuses: unknown[] = [];
  for (const outcome of ['Passed', 'Failed']) {
    const name = `trx-${outcome}`;
    await server.makeProject(name, writing({ 'testresults/a.trx': trx(outcome) }, reports));
    const { reportArns = [] } = await server.run(name);
    statuses.push((await report(reportArns[0] as string))?.testSummary?.statusCounts);
  }
  expect(statuses).toMatchObject([
    { SUCCEEDED: 1, FAILED: 0 },
    { SUCCEEDED: 0, FAILED: 1 },
  ]);
});

test('groups and reports over the API', async () => {
  const { reportGroup } = await server.codebuild.send(
    new CreateReportGroupCommand({
      name: 'shared',
      type: 'TEST',
      exportConfig: { exportConfigType: 'NO_EXPORT' },
    }),
  );
  const group = reportGroup?.arn as string;
  await expect(
    server.codebuild.send(
      new CreateReportGroupCommand({
        name: 'shared',
        type: 'TEST',
        exportConfig: { exportConfigType: 'NO_EXPORT' },
      }),
    ),
  ).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
  // C5.1: an ARN names a group that is there, shared by projects.
  const xml = '<testsuite><testcase name="ok"/></testsuite>';
  await server.makeProject('sharing', writing({ 'j.xml': xml }, { [group]: { files: ['j.xml'] } }));
  const arns: string[] = [];
  for (let n = 0; n < 3; n++) arns.push((await server.run('sharing')).reportArns?.[0] as string);
  expect(arns[0]).toContain(':report/shared:');
  const listed: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await server.codebuild.send(
      new ListReportsForReportGroupCommand({
        reportGroupArn: group,
        maxResults: 1,
        nextToken,
        sortOrder: 'ASCENDING',
      }),
    );
    listed.push(...(page.reports ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  expect(listed).toEqual(arns);
  const failed = await server.codebuild.send(new ListReportsCommand({ filter: { status: 'FAILED' } }));
  expect(failed.reports).not.toContain(arns[0]);
  const groups = await server.codebuild.send(new ListReportGroupsCommand({ sortBy: 'NAME' }));
  expect(groups.reportGroups).toContain(group);
  await server.codebuild.send(new DeleteReportCommand({ arn: arns[0] as string }));
  expect(
    (await server.codebuild.send(new BatchGetReportsCommand({ reportArns: [arns[0] as string] })))
      .reportsNotFound,
  ).toEqual([arns[0]]);
  await expect(server.codebuild.send(new DeleteReportGroupCommand({ arn: group }))).rejects.toMatchObject({
    name: 'InvalidInputException',
  });
  await server.codebuild.send(new DeleteReportGroupCommand({ arn: group, deleteReports: true }));
  expect(
    (await server.codebuild.send(new BatchGetReportGroupsCommand({ reportGroupArns: [group] })))
      .reportGroupsNotFound,
  ).toEqual([group]);
  await expect(
    server.codebuild.send(new ListReportsForReportGroupCommand({ reportGroupArn: group })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('reports expire after 30 days', async () => {
  await server.makeProject('expiring', writing({ 'j.xml': '<testsuite/>' }, { unit: { files: ['j.xml'] } }));
  const { reportArns = [] } = await server.run('expiring');
  server.clock.advance(31 * 24 * 3_600_000);
  expect(await report(reportArns[0] as string)).toBeUndefined();
});
