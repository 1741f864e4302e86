export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** One filter; match is exact and case-sensitive (D1.4). */
export interface TagFilter {
  readonly type: 'KEY_ONLY' | 'VALUE_ONLY' | 'KEY_AND_VALUE';
  readonly key: string;
  readonly value: string;
}

/** Every group must match (AND); a group matches by any of its filters (OR) (D1.17). */
export type TagSet = readonly (readonly TagFilter[])[];

/** An empty set selects nothing. */
export function matchesTagSet(tags: readonly Tag[], set: TagSet): boolean {
  return set.length > 0 && set.every((group) => group.some((filter) => matchesFilter(tags, filter)));
}

function matchesFilter(tags: readonly Tag[], filter: TagFilter): boolean {
  return tags.some(
    (tag) =>
      (filter.type === 'VALUE_ONLY' || tag.key === filter.key) &&
      (filter.type === 'KEY_ONLY' || tag.value === filter.value),
  );
}

/** Tags that would match if case did not matter: the likely slip behind "0 instances match". */
export function nearMisses(hosts: readonly (readonly Tag[])[], set: TagSet): readonly string[] {
  const lower = (tag: Tag): Tag => ({ key: tag.key.toLowerCase(), value: tag.value.toLowerCase() });
  const filters = set.flat();
  const near = hosts.flat().filter((tag) =>
    filters.some((filter) => {
      const loose = { ...filter, key: filter.key.toLowerCase(), value: filter.value.toLowerCase() };
      return matchesFilter([lower(tag)], loose) && !matchesFilter([tag], filter);
    }),
  );
  return [...new Set(near.map((tag) => `${tag.key}=${tag.value}`))];
}

export function describeTagSet(set: TagSet): string {
  return set.map((group) => `(${group.map(describeFilter).join(' or ')})`).join(' and ');
}

function describeFilter(filter: TagFilter): string {
  if (filter.type === 'KEY_ONLY') return filter.key;
  return filter.type === 'VALUE_ONLY' ? `*=${filter.value}` : `${filter.key}=${filter.value}`;
}
