import { expect, test } from 'vitest';
import { build, openPipelineLab, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';

test('B1: a commit goes through source and build, and its facts are shown', async () => {
  await using lab = await openPipelineLab();
  await lab.createRepository('app');
  const commit = await lab.push('app', { 'hello.txt': 'hello' });
  await lab.createProject('compile', 'version: 0.2\nphases: {build: {commands: [cat hello.txt]}}\n');
  const id = await lab.createPipeline('web', [
    sourceStage('app'),
    { name: 'Build', actions: [build('Compile', 'compile')] },
  ]);
  await lab.until(async () => (await lab.execution('web', id)).status !== 'InProgress');
  expect(await lab.execution('web', id)).toMatchObject({
    status: 'Succeeded',
    artifactRevisions: [{ name: 'Code', revisionId: commit }],
  });
});
