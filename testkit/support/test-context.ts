import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { newId } from '../../src/kernel/ids.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { Operation, RequestContext } from '../../src/wire/operation.ts';
import type { ServiceRoom } from '../../src/wire/room.ts';

export const TEST_ACCOUNT = '111111111111';
export const TEST_REGION = 'us-east-1';
export const TEST_SCOPE = { account: TEST_ACCOUNT, region: TEST_REGION };

/**
 * Calls a room's operation directly, below the wire: for tests of a room alone. Acceptance tests go through real
 * clients instead.
 */
export function callOperation(
  kernel: Kernel,
  room: ServiceRoom,
  service: string,
  operation: string,
  input: unknown,
  overrides: Partial<RequestContext> & { readonly body?: Readable } = {},
): Promise<unknown> {
  const found = room.operations[service]?.[operation] as Operation<unknown, unknown> | undefined;
  if (!found) throw new Error(`${service}:${operation} is not built`);
  const context: RequestContext = {
    requestId: newId(),
    scope: TEST_SCOPE,
    principal: {
      account: TEST_ACCOUNT,
      arn: `arn:aws:iam::${TEST_ACCOUNT}:root`,
      userId: TEST_ACCOUNT,
      accessKeyId: 'AKIATEST',
      kind: 'root',
    },
    service,
    operation,
    logger: kernel.logger,
    signal: new AbortController().signal,
    now: kernel.clock.now(),
    request: new IncomingMessage(new Socket()),
    body: undefined,
    setHeader: () => {},
    setStatus: () => {},
    ...overrides,
  };
  return found.handler(input, context);
}
