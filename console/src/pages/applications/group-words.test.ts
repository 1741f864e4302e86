import { expect, test } from 'vitest';
import { hostsInWords, rollbackInWords } from './group-words.ts';

test('hosts: any of the tags, or one of each list', () => {
  expect(hostsInWords({})).toBe('None');
  const web = { Key: 'role', Value: 'web', Type: 'KEY_AND_VALUE' } as const;
  const pilot = { Key: 'pilot', Type: 'KEY_ONLY' } as const;
  expect(hostsInWords({ onPremisesInstanceTagFilters: [web, pilot] })).toBe('role=web or pilot');
  expect(hostsInWords({ onPremisesTagSet: { onPremisesTagSetList: [[web], [pilot]] } })).toBe(
    'role=web and pilot',
  );
});

test('rollback: never, or the causes', () => {
  expect(rollbackInWords({})).toBe('Never');
  expect(
    rollbackInWords({
      autoRollbackConfiguration: {
        enabled: true,
        events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
    }),
  ).toBe('On failure, when stopped');
});
