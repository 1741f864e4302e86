import { lifeOptions } from '../../../../testkit/crash/lives.ts';
import { openBuildHouse } from './build-house.ts';

/*
 * One build from its start to its end, for the crash suite: whatever of it was done before a kill is found again.
 * Prints what came out as JSON.
 */
const house = await openBuildHouse({ ...lifeOptions(), env: process.env });
const again = (code: string) => (error: { code?: string }) => {
  if (error.code !== code) throw error;
};
await house.makeRole().catch(again('EntityAlreadyExistsException'));
await house.s3.ensureBucket({ account: '111111111111', region: 'us-east-1' }, 'crash');
await house
  .makeProject(
    'crash',
    {
      version: 0.2,
      env: { 'exported-variables': ['RAN'] },
      phases: {
        install: { commands: ['echo ran >> "$CODEBUILD_SRC_DIR/ran"'] },
        build: {
          commands: [
            'echo building',
            'echo "<testsuite><testcase name=\'t\'/></testsuite>" > junit.xml',
            'RAN=$(grep -c ran "$CODEBUILD_SRC_DIR/ran")',
          ],
        },
      },
      reports: { unit: { files: ['junit.xml'] } },
      artifacts: { files: ['ran'] },
    },
    { artifacts: { type: 'S3', location: 'crash', name: 'out.zip', packaging: 'ZIP' } },
  )
  .catch(again('ResourceAlreadyExistsException'));
const id = await house.start('crash', { idempotencyToken: 'crash' });
const build = await house.ended(id);
await house.kernel.tasks.idle();
const { ids } = await house.call('ListBuilds');
const { reports } = await house.call('ListReports');
const zip = await house.getBytes('crash', 'out.zip').catch(() => undefined);
process.stdout.write(
  JSON.stringify({
    builds: ids.length,
    status: build.buildStatus,
    phases: build.phases?.map((phase) => `${phase.phaseType} ${phase.phaseStatus ?? ''}`),
    exported: build.exportedEnvironmentVariables,
    reports: reports.length,
    zip: zip?.includes('ran') ?? false,
    built: (await house.output(build)).filter((line) => line === 'building').length,
    left: await house.kernel.sandbox.known(`build-${id.split(':')[1]}`),
  }),
);
await house[Symbol.asyncDispose]();
