/** Lifecycle events of an in-place deployment without a load balancer, in order (D1.11). */
export const IN_PLACE_EVENTS = [
  'ApplicationStop',
  'DownloadBundle',
  'BeforeInstall',
  'Install',
  'AfterInstall',
  'ApplicationStart',
  'ValidateService',
] as const;

/** Events around a load balancer: known to the file, run only where there is one. */
const TRAFFIC_EVENTS = [
  'BeforeBlockTraffic',
  'AfterBlockTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
] as const;

/** Done by the agent or the service itself. */
export const UNSCRIPTABLE_EVENTS: readonly string[] = [
  'DownloadBundle',
  'Install',
  'BlockTraffic',
  'AllowTraffic',
];

/** What may stand below `hooks`. */
export const SCRIPTABLE_EVENTS: readonly string[] = [
  ...IN_PLACE_EVENTS.filter((event) => !UNSCRIPTABLE_EVENTS.includes(event)),
  ...TRAFFIC_EVENTS,
];
