import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { describePipeline } from './status.ts';

const failed = (message: string) =>
  stripVTControlCharacters(
    describePipeline({
      $metadata: {},
      stageStates: [
        {
          stageName: 'Deploy',
          actionStates: [
            { actionName: 'Hosts', latestExecution: { status: 'Failed', errorDetails: { message } } },
          ],
        },
      ],
    }),
  );

test('why a deployment failed is shown whole: host, script, exit code and last lines', () => {
  const message =
    'too many instances failed\nweb-1: ValidateService: The script check.sh failed with exit code 3.\n    it answers 500';
  expect(failed(message).split('\n').slice(1)).toEqual([
    expect.stringMatching(/^Deploy +Hosts +.*Failed.* too many instances failed$/),
    '',
    'Hosts:',
    '  too many instances failed',
    '  web-1: ValidateService: The script check.sh failed with exit code 3.',
    '      it answers 500',
  ]);
});

test('a reason of one line stays in the table', () => {
  expect(failed('no such bucket').split('\n')).toHaveLength(2);
});
