import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import { formatArn, parseArn } from '../../pure/arn.ts';
import type { Positions } from './positions.ts';
import { invalid } from './rows.ts';

/** What the room's operations share. */
export interface LogsParts {
  readonly kernel: Kernel;
  readonly positions: Positions;
  /** Runs writes to one stream one after another: a log stream has one writer at a time. */
  readonly inOrder: <T>(id: string, work: () => Promise<T>) => Promise<T>;
}

export function groupArn(scope: Scope, name: string): string {
  return formatArn({ service: 'logs', ...scope, resource: `log-group:${name}` });
}

/** A group given by name or by ARN, of which one must be there. */
export function groupNameOf(input: {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
}): string {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw invalid('LogGroupName and LogGroupIdentifier cannot be used together.');
  }
  if (logGroupName !== undefined) return logGroupName;
  if (logGroupIdentifier === undefined) {
    throw invalid('Either logGroupName or logGroupIdentifier is required.');
  }
  const arn = parseArn(logGroupIdentifier);
  if (!arn) return logGroupIdentifier;
  const name = /^log-group:([^:]+)(:\*)?$/.exec(arn.resource)?.[1];
  if (arn.service !== 'logs' || name === undefined) throw invalid(`Invalid logGroupIdentifier`);
  return name;
}
