import { expect, test } from 'vitest';
import { creatorInWords, overviewInWords, revisionInWords } from './deployment-words.ts';

test('the overview counts hosts and leaves out zeros', () => {
  const deploymentOverview = { Succeeded: 3, Failed: 0, InProgress: 1, Pending: 0, Ready: 0, Skipped: 0 };
  expect(overviewInWords({ deploymentOverview })).toBe('3 of 4 done, 1 in progress');
});

test('a rollback names what it rolls back', () => {
  const info = {
    creator: 'codeDeployRollback' as const,
    rollbackInfo: { rollbackTriggeringDeploymentId: 'd-1' },
  };
  expect(creatorInWords(info)).toBe('Rollback of d-1');
});

test('a revision is an address', () => {
  expect(revisionInWords({ s3Location: { bucket: 'b', key: 'k.zip' } })).toBe('s3://b/k.zip');
  expect(revisionInWords(undefined)).toBe('–');
});
