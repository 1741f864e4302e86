import { expect, test } from 'vitest';
import { lastFailures, overtakerOf } from './reasons.tsx';

test('only a failure that no later attempt mended counts', () => {
  const action = (actionName: string, status: 'Failed' | 'Succeeded', actionExecutionId: string) => ({
    stageName: 'Build',
    actionName,
    status,
    actionExecutionId,
  });
  const actions = [
    action('Test', 'Failed', '1'),
    action('Lint', 'Failed', '2'),
    action('Test', 'Succeeded', '3'),
    action('Lint', 'Failed', '4'),
  ];
  expect(lastFailures(actions).map((each) => each.actionExecutionId)).toEqual(['4']);
});

test('a superseded execution knows the one that overtook it; no other text is taken for an id', () => {
  const id = '8d1e00d4-ef87-4603-9151-fedb23407e48';
  const of = (status: 'Superseded' | 'Stopped', statusSummary?: string) =>
    overtakerOf({ status, statusSummary });
  expect(of('Superseded', `Superseded by execution ${id}`)).toBe(id);
  expect(of('Superseded', 'Superseded by execution')).toBeUndefined();
  expect(of('Superseded')).toBeUndefined();
  expect(of('Stopped', `because of ${id}`)).toBeUndefined();
});
