import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Kernel } from '../../kernel/kernel.ts';
import { codecFor, type EncodedResponse } from '../codecs/port.ts';
import { accessDenied, operationNotBuilt } from '../errors/common-errors.ts';
import type { Protocol } from '../models/service-model.ts';
import type { RequestContext } from '../operation.ts';
import { validate } from '../validation/validate.ts';
import { audited } from './audit.ts';
import type { Exchange } from './exchange.ts';
import type { Built } from './operations.ts';
import type { Authorise } from './port.ts';
import type { Admitted, Progress } from './progress.ts';

export interface PerformParts {
  readonly kernel: Pick<Kernel, 'accompany' | 'database' | 'failpoints'>;
  readonly built: Built;
  readonly authorise: Authorise;
}

/** Decodes, validates, authorises, runs the handler and encodes its output. */
export async function perform(
  parts: PerformParts,
  exchange: Exchange,
  admitted: Admitted,
  progress: Progress,
): Promise<EncodedResponse> {
  const { service, operation, raw } = admitted;
  const built = parts.built.find(service.id, operation.name);
  if (built === undefined) throw operationNotBuilt(service.id, operation.name);
  progress.built = built;
  const codec = codecFor(progress.protocol as Protocol);
  const input = await codec.decode(service, operation, raw);
  validate(service, operation, input);

  const headers: Record<string, string> = {};
  progress.headers = headers;
  let status: number | undefined;
  const context: RequestContext = {
    requestId: exchange.requestId,
    scope: admitted.scope,
    principal: admitted.principal,
    service: service.id,
    operation: operation.name,
    logger: exchange.logger,
    signal: exchange.signal,
    now: exchange.receivedAt,
    request: exchange.request,
    body: raw.stream,
    setHeader: (name, value) => {
      headers[name.toLowerCase()] = value;
    },
    setStatus: (value) => {
      status = value;
    },
  };
  const resources = built.resources?.(input, context) ?? ['*'];
  progress.resources = resources;
  const action = built.iamAction ?? operation.documentedIamAction;
  if (admitted.principal.kind !== 'anonymous') {
    const allowed = await parts.authorise({ principal: admitted.principal, action, resources });
    if (allowed !== true) throw accessDenied(progress.family, allowed);
  }
  const act = () => built.handler(input, context);
  const output = await (built.mutates ? audited(parts, exchange, admitted, progress, act) : act());
  if (raw.stream !== undefined) await drained(raw.stream);
  const encoded = codec.encode(service, operation, output, exchange.requestId);
  return { ...encoded, status: status ?? encoded.status, headers: { ...encoded.headers, ...headers } };
}

/** A handler that did not care for the rest of its body: what was wrong with it counts all the same. */
async function drained(stream: Readable): Promise<void> {
  if (stream.readableEnded) return;
  if (stream.errored) throw stream.errored;
  stream.resume();
  await finished(stream);
}
