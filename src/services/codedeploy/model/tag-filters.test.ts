import { expect, test } from 'vitest';
import { selects, toFilter } from './group.ts';
import { groupDefinition } from './group-input.ts';
import { matchesTagSet, nearMisses } from './tag-filters.ts';

const tags = [
  { key: 'Name', value: 'Rpi4' },
  { key: 'Stage', value: 'prod' },
];

test.each([
  [{ Key: 'Name', Type: 'KEY_ONLY' }, true],
  [{ Key: 'name', Type: 'KEY_ONLY' }, false],
  [{ Value: 'prod', Type: 'VALUE_ONLY' }, true],
  [{ Value: 'Prod', Type: 'VALUE_ONLY' }, false],
  [{ Key: 'Name', Value: 'Rpi4', Type: 'KEY_AND_VALUE' }, true],
  [{ Key: 'Name', Value: 'RPI4', Type: 'KEY_AND_VALUE' }, false],
  [{ Key: 'Name', Value: 'prod', Type: 'KEY_AND_VALUE' }, false],
  [{ Key: 'Name', Value: 'Rpi4' }, true],
  [{ Key: 'Stage' }, true],
] as const)('%j matches: %s (exact and case-sensitive, D1.4)', (filter, expected) => {
  expect(matchesTagSet(tags, [[toFilter(filter)]])).toBe(expected);
});

test('groups are joined by AND, filters in a group by OR (D1.17); an empty set selects nothing', () => {
  const filter = (Key: string, Value: string) => toFilter({ Key, Value });
  expect(
    matchesTagSet(tags, [[filter('Name', 'x'), filter('Name', 'Rpi4')], [filter('Stage', 'prod')]]),
  ).toBe(true);
  expect(matchesTagSet(tags, [[filter('Name', 'Rpi4')], [filter('Stage', 'test')]])).toBe(false);
  expect(matchesTagSet(tags, [])).toBe(false);
  expect(nearMisses([tags], [[filter('name', 'RPI4')]])).toEqual(['Name=Rpi4']);
});

const base = { serviceRoleArn: 'arn:aws:iam::111111111111:role/r' };

test('a group without filters selects no host; EC2 filters apply to registered hosts too', () => {
  expect(selects(groupDefinition(base), tags)).toBe(false);
  expect(
    selects(groupDefinition({ ...base, ec2TagFilters: [{ Key: 'Name', Type: 'KEY_ONLY' }] }), tags),
  ).toBe(true);
});

test.each([
  [{ deploymentStyle: { deploymentType: 'BLUE_GREEN' } }, 'InvalidDeploymentStyleException', 'BLUE_GREEN'],
  [
    { deploymentStyle: { deploymentOption: 'WITH_TRAFFIC_CONTROL' } },
    'InvalidDeploymentStyleException',
    'WITH_TRAFFIC_CONTROL',
  ],
  [
    { loadBalancerInfo: { elbInfoList: [{ name: 'x' }] } },
    'InvalidLoadBalancerInfoException',
    'loadBalancerInfo',
  ],
  [{ autoScalingGroups: ['a'] }, 'InvalidAutoScalingGroupException', 'autoScalingGroups'],
  [
    { alarmConfiguration: { enabled: true, alarms: [{ name: 'a' }] } },
    'InvalidAlarmConfigException',
    'alarmConfiguration',
  ],
  [
    { triggerConfigurations: [{ triggerName: 't' }] },
    'InvalidTriggerConfigException',
    'triggerConfigurations',
  ],
  [
    { autoRollbackConfiguration: { enabled: true, events: [] } },
    'InvalidAutoRollbackConfigException',
    'event',
  ],
  [{ onPremisesInstanceTagFilters: [{}] }, 'InvalidTagException', 'tag filter'],
  [
    {
      onPremisesInstanceTagFilters: [{ Key: 'a' }],
      onPremisesTagSet: { onPremisesTagSetList: [[{ Key: 'a' }]] },
    },
    'InvalidOnPremisesTagCombinationException',
    'not both',
  ],
] as const)('%j is refused by name', (input, code, words) => {
  expect(() => groupDefinition({ ...base, ...(input as object) })).toThrowError(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  );
});

test('an update keeps what it does not name and may go from one way to select to the other', () => {
  const before = groupDefinition({
    ...base,
    onPremisesInstanceTagFilters: [{ Key: 'a' }],
    deploymentConfigName: 'mine',
  });
  const same = groupDefinition({}, before);
  expect(same).toEqual(before);
  const set = { onPremisesTagSetList: [[{ Key: 'b' }]] };
  const after = groupDefinition({ onPremisesTagSet: set }, before);
  expect(after).toMatchObject({
    onPremisesInstanceTagFilters: [],
    onPremisesTagSet: set,
    configName: 'mine',
  });
});
