/** The six parts of an ARN. `resource` keeps everything after the fifth colon. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Undefined when the text is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const parts = text.split(':');
  const [prefix, partition, service, region, account] = parts;
  const resource = parts.slice(5).join(':');
  if (prefix !== 'arn' || !partition || !service || resource === '') return undefined;
  return { partition, service, region: region as string, account: account as string, resource };
}

/** `arn:aws:…`; region and account stay empty where the service has none. */
export function formatArn(parts: Omit<Arn, 'partition'> & { readonly partition?: string }): string {
  return `arn:${parts.partition ?? 'aws'}:${parts.service}:${parts.region}:${parts.account}:${parts.resource}`;
}
