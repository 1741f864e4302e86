/** `ONE_AT_A_TIME` is shown to clients as FLEET_PERCENT 99, as AWS does. */
export interface MinimumHealthyHosts {
  readonly type: 'HOST_COUNT' | 'FLEET_PERCENT' | 'ONE_AT_A_TIME';
  readonly value: number;
}

export const DEFAULT_CONFIG = 'CodeDeployDefault.OneAtATime';
export const BUILT_IN_PREFIX = 'CodeDeployDefault.';

/** Built-in configurations of the Server platform (D1.18). */
export const BUILT_IN_CONFIGS: Readonly<Record<string, MinimumHealthyHosts>> = {
  'CodeDeployDefault.AllAtOnce': { type: 'FLEET_PERCENT', value: 0 },
  'CodeDeployDefault.HalfAtATime': { type: 'FLEET_PERCENT', value: 50 },
  'CodeDeployDefault.OneAtATime': { type: 'ONE_AT_A_TIME', value: 99 },
};
