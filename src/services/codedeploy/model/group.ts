import type { EC2TagSet, OnPremisesTagSet, TagFilter as WireTagFilter } from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import type { RollbackEvent } from './deployment/state.ts';
import { matchesTagSet, type Tag, type TagFilter, type TagSet } from './tag-filters.ts';

/** A deployment group as its row keeps it; the filters as they were given. */
export interface GroupDefinition {
  readonly serviceRoleArn: string;
  readonly configName: string;
  readonly ec2TagFilters: readonly WireTagFilter[];
  readonly ec2TagSet: EC2TagSet | undefined;
  readonly onPremisesInstanceTagFilters: readonly WireTagFilter[];
  readonly onPremisesTagSet: OnPremisesTagSet | undefined;
  readonly autoRollback: { readonly enabled: boolean; readonly events: readonly RollbackEvent[] } | undefined;
  readonly outdatedInstancesStrategy: 'UPDATE' | 'IGNORE';
}

/**
 * The one option of a group that AWS has no member for: its tag `pipewright:requireAll` with the value `true` makes any
 * failed instance fail the deployment (D1.19).
 */
export function requiresAll(groupTags: readonly Tag[]): boolean {
  return groupTags.some((tag) => tag.key === REQUIRE_ALL_TAG && tag.value === 'true');
}

const REQUIRE_ALL_TAG = 'pipewright:requireAll';

/** The sets of a group; a host belongs to it when it matches any of them. */
export function tagSets(group: GroupDefinition): readonly TagSet[] {
  return [
    [group.ec2TagFilters],
    group.ec2TagSet?.ec2TagSetList ?? [],
    [group.onPremisesInstanceTagFilters],
    group.onPremisesTagSet?.onPremisesTagSetList ?? [],
  ]
    .map((set): TagSet => set.map((filters) => filters.map(toFilter)))
    .filter((set) => set.some((filters) => filters.length > 0));
}

export function selects(group: GroupDefinition, tags: readonly Tag[]): boolean {
  return tagSets(group).some((set) => matchesTagSet(tags, set));
}

/** Refuses filters that say nothing, and two ways to say the same at once. */
export function checkTagFilters(group: GroupDefinition): void {
  checkPair(
    group.ec2TagFilters,
    group.ec2TagSet,
    'InvalidEC2TagCombinationException',
    'ec2TagFilters, ec2TagSet',
  );
  checkPair(
    group.onPremisesInstanceTagFilters,
    group.onPremisesTagSet,
    'InvalidOnPremisesTagCombinationException',
    'onPremisesInstanceTagFilters, onPremisesTagSet',
  );
  const ec2 = [group.ec2TagFilters, ...(group.ec2TagSet?.ec2TagSetList ?? [])].flat();
  const onPremises = [
    group.onPremisesInstanceTagFilters,
    ...(group.onPremisesTagSet?.onPremisesTagSetList ?? []),
  ].flat();
  for (const filter of ec2) checkFilter(filter, 'InvalidEC2TagException');
  for (const filter of onPremises) checkFilter(filter, 'InvalidTagException');
  const sets = [group.ec2TagSet?.ec2TagSetList, group.onPremisesTagSet?.onPremisesTagSetList];
  if (sets.some((set) => (set?.length ?? 0) > 3)) {
    throw new ApiError('TagSetListLimitExceededException', 'A tag set holds at most 3 groups of filters.');
  }
}

function checkPair(filters: readonly unknown[], set: unknown, code: string, names: string): void {
  if (filters.length > 0 && set !== undefined) {
    throw new ApiError(code, `A deployment group uses one of ${names}, not both.`);
  }
}

function checkFilter(filter: WireTagFilter, code: string): void {
  const { key, value, type } = toFilter(filter);
  const ok = (type === 'VALUE_ONLY' || key !== '') && (type === 'KEY_ONLY' || value !== '');
  if (!ok) throw new ApiError(code, `A tag filter of type ${type} must name what it filters by.`);
}

export function toFilter(filter: WireTagFilter): TagFilter {
  return {
    type: (filter.Type as TagFilter['type']) ?? impliedType(filter),
    key: filter.Key ?? '',
    value: filter.Value ?? '',
  };
}

function impliedType(filter: WireTagFilter): TagFilter['type'] {
  if (!filter.Key) return 'VALUE_ONLY';
  return filter.Value === undefined ? 'KEY_ONLY' : 'KEY_AND_VALUE';
}
