import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../kernel/errors.ts';
import type { HttpHandler } from '../../kernel/http/http-server.ts';
import { newId } from '../../kernel/ids.ts';
import { encodeBareError } from '../errors/bare-error.ts';
import { createSignatureVerifier } from '../sigv4/verify.ts';
import { sameAccountOnly } from './authorise.ts';
import { type Exchange, openExchange, splitTarget } from './exchange.ts';
import { createHostPolicy } from './hosts.ts';
import { mergeOperations } from './operations.ts';
import type { DoorOptions, NativeRoute } from './port.ts';
import { respond } from './respond.ts';
import { createRetries } from './retries.ts';
import { type ApiParts, serveApi } from './serve-api.ts';

/** How long a client may take for a body besides what its length allows it. */
const BODY_GRACE_MS = 30_000;

/**
 * The one door of the house: every request of every client passes here. Routing, signatures and keys work on the raw
 * request target. Give the result to `createHttpServer`.
 */
export function createDoor(options: DoorOptions): HttpHandler {
  const { kernel } = options;
  const admitHost = createHostPolicy(options.allowedHosts, kernel.endpoint);
  const region = options.region ?? 'us-east-1';
  const { credentials } = options;
  const parts: ApiParts = {
    kernel,
    verifier: createSignatureVerifier({ credentials, wall: kernel.clock.wall, region }),
    built: mergeOperations(options.rooms),
    authorise: options.authorise ?? sameAccountOnly,
    retries: createRetries(kernel),
    region,
  };
  return (request, response) => {
    const requestId = newId();
    const logger = kernel.logger.child({ requestId });
    response.setHeader('x-amzn-requestid', requestId);
    // A client that vanishes is no event worth a crash; the exchange's signal tells those who care.
    request.on('error', () => {});
    response.on('error', () => {});
    const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
    const target = splitTarget(request.url ?? '');
    const host = admitHost(request.headers.host);
    const exchange = openExchange(request, response, {
      requestId,
      receivedAt: kernel.clock.now(),
      logger,
      target: target ?? { raw: '', path: '', query: '' },
      bucket: host?.bucket,
      bodyGraceMs: options.bodyGraceMs ?? BODY_GRACE_MS,
    });
    if (hosts.length !== 1) return void refuse(exchange, 'A request has exactly one Host header.', 400);
    if (target === undefined) return void refuse(exchange, 'The request target must be a path.', 400);
    if (host === undefined) {
      logger.info({ host: request.headers.host }, 'a request named a host that is not ours');
      return void refuse(exchange, unknownHost(request), 403);
    }
    void serve(options.native, parts, exchange);
  };
}

async function serve(native: readonly NativeRoute[], parts: ApiParts, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const route =
    exchange.bucket === undefined ? native.find((one) => covers(one, exchange.target.path)) : undefined;
  if (route !== undefined) {
    exchange.wantBody();
    try {
      if (await route.serve(request, response, exchange.requestId)) {
        exchange.logger.debug({ path: exchange.target.path, status: response.statusCode }, 'answered');
        return;
      }
    } catch (error) {
      exchange.logger.error(
        { error, path: exchange.target.path },
        'a native route failed by a fault of ours',
      );
      await refuse(exchange, 'The request could not be carried out because of an internal failure.', 500);
      return;
    }
  }
  await serveApi(parts, exchange);
}

function covers({ prefix }: NativeRoute, path: string): boolean {
  return (
    path.startsWith(prefix) &&
    (prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/')
  );
}

function refuse(exchange: Exchange, message: string, status: number): Promise<void> {
  exchange.logger.debug({ status, reason: message }, 'refused');
  const code = status === 500 ? 'InternalFailure' : 'InvalidRequest';
  const json = exchange.request.headers['x-amz-target'] !== undefined;
  const answer = encodeBareError(new ApiError(code, message, { status }), json, exchange.requestId);
  return respond(exchange, { ...answer, s3: false });
}

function unknownHost(request: IncomingMessage): string {
  const name = (request.headers.host ?? '').replace(/[^\w.:[\]-]/g, '?').slice(0, 100);
  return `This server does not answer to the host '${name}'. Add it to allowedHosts to allow it.`;
}
