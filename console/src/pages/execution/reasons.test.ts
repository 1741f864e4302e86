import { expect, test } from 'vitest';
import { lastFailures } from './reasons.tsx';

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
