export interface Place {
  readonly account: string;
  readonly region: string;
}

export const DEFAULT_BUS = 'default';

export function busArn(scope: Place, bus: string): string {
  return `arn:aws:events:${scope.region}:${scope.account}:event-bus/${bus}`;
}

export function ruleArn(scope: Place, bus: string, rule: string): string {
  const path = bus === DEFAULT_BUS ? rule : `${bus}/${rule}`;
  return `arn:aws:events:${scope.region}:${scope.account}:rule/${path}`;
}

export interface BusAddress {
  readonly scope: Place;
  readonly bus: string;
}

/** A bus by its ARN; undefined when the text is none. */
export function parseBusArn(arn: string): BusAddress | undefined {
  const found = /^arn:aws[\w-]*:events:([a-z]+-[a-z]+-[\w-]+):(\d{12}):event-bus\/([/.\-_A-Za-z0-9]+)$/.exec(
    arn,
  );
  return found
    ? { scope: { region: found[1] as string, account: found[2] as string }, bus: found[3] as string }
    : undefined;
}

/** What a request calls a bus: nothing (the default one), its name or its ARN. */
export function busAddress(scope: Place, nameOrArn: string | undefined): BusAddress {
  if (nameOrArn === undefined) return { scope, bus: DEFAULT_BUS };
  return parseBusArn(nameOrArn) ?? { scope, bus: nameOrArn };
}
