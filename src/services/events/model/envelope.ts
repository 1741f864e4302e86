/** An event as patterns and targets see it: EventBridge's shape. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** To the second: `2026-01-31T10:23:43Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

export interface EventContent {
  readonly id: string;
  readonly scope: { readonly account: string; readonly region: string };
  /** Milliseconds. */
  readonly at: number;
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

export function toEnvelope(event: EventContent): EventEnvelope {
  return {
    version: '0',
    id: event.id,
    'detail-type': event.detailType,
    source: event.source,
    account: event.scope.account,
    time: `${new Date(event.at).toISOString().slice(0, 19)}Z`,
    region: event.scope.region,
    resources: event.resources,
    detail: event.detail,
  };
}

export function scheduledEvent(
  id: string,
  scope: EventContent['scope'],
  rule: string,
  at: number,
): EventEnvelope {
  return toEnvelope({
    id,
    scope,
    at,
    source: 'aws.events',
    detailType: 'Scheduled Event',
    resources: [rule],
    detail: {},
  });
}
