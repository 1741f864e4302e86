import type { DeploymentGroupInfo, TagFilter } from '@aws-sdk/client-codedeploy';

/** Which hosts belong to a group: any of these tags, or one of each list. */
export function hostsInWords(group: DeploymentGroupInfo): string {
  const lists = group.onPremisesTagSet?.onPremisesTagSetList;
  if (lists !== undefined && lists.length > 0) return lists.map(anyOf).join(' and ');
  return anyOf(group.onPremisesInstanceTagFilters ?? []) || 'None';
}

function anyOf(filters: readonly TagFilter[]): string {
  return filters.map(filterInWords).join(' or ');
}

function filterInWords({ Key = '', Value = '', Type }: TagFilter): string {
  if (Type === 'KEY_ONLY') return Key;
  return Type === 'VALUE_ONLY' ? `any=${Value}` : `${Key}=${Value}`;
}

const CAUSES: Readonly<Record<string, string>> = {
  DEPLOYMENT_FAILURE: 'on failure',
  DEPLOYMENT_STOP_ON_ALARM: 'on alarm',
  DEPLOYMENT_STOP_ON_REQUEST: 'when stopped',
};

/** When a deployment of the group is rolled back by itself. */
export function rollbackInWords({ autoRollbackConfiguration: rollback }: DeploymentGroupInfo): string {
  if (rollback?.enabled !== true) return 'Never';
  const words = (rollback.events ?? []).map((event) => CAUSES[event] ?? event).join(', ');
  return words === '' ? 'Never' : `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
