import { Readable } from 'node:stream';
import type { Scope } from '../../kernel/scope.ts';
import { codecFor, type RawRequest } from '../codecs/port.ts';
import { bodyTooLarge, invalidUri, unknownOperation } from '../errors/common-errors.ts';
import { errorFamily } from '../errors/family.ts';
import { loadServiceModel } from '../models/load.ts';
import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import type { Principal } from '../operation.ts';
import { normalisedPath } from '../sigv4/canonical-request.ts';
import { UNSIGNED_PAYLOAD } from '../sigv4/payload.ts';
import { SignatureError } from '../sigv4/signature-error.ts';
import { sha256Hex } from '../sigv4/signing-key.ts';
import type { OpenSignature, SignatureVerifier } from '../sigv4/verify.ts';
import { planBody, readBody, streamBody, uncompressed } from './body.ts';
import { bodyLimit, DEFAULT_BODY_LIMIT, STREAM_LIMIT } from './body-limits.ts';
import { type Exchange, signedParts } from './exchange.ts';
import { chooseProtocol, identifyService } from './identify.ts';
import type { Admitted, Progress } from './progress.ts';
import { sdkCall } from './retries.ts';

export interface AdmitParts {
  readonly verifier: SignatureVerifier;
  /** Region of unsigned operations. */
  readonly region: string;
}

/**
 * From a request line to a proven caller: which service, which layout, which operation, whose signature. Reads no more
 * of the body than that takes, and never more than the operation's limit. Writes what it learns into `progress`.
 */
export async function admit(parts: AdmitParts, exchange: Exchange, progress: Progress): Promise<Admitted> {
  const { request, target } = exchange;
  let early: Buffer | undefined;
  const form = async () => {
    if (!String(request.headers['content-type']).startsWith('application/x-www-form-urlencoded')) return '';
    early = await readBody(
      exchange,
      planBody(request.headers, undefined, false),
      DEFAULT_BODY_LIMIT,
      'query',
    );
    return early.toString('latin1');
  };
  const entry = await identifyService({
    authorization: request.headers.authorization,
    target: request.headers['x-amz-target'] as string | undefined,
    rawQuery: target.query,
    form,
  });
  const protocol = chooseProtocol(entry, request.headers, target.query);
  progress.protocol = protocol;
  progress.family = errorFamily(protocol);
  const service = await loadServiceModel(entry.id);
  progress.service = service;
  if (service.id === 's3' && !isDecodable(target.path)) throw invalidUri();

  const signature = await parts.verifier.open(signedParts(exchange));
  if (signature !== undefined && !entry.signingNames.includes(signature.claim.scope.service))
    throw new SignatureError('mismatch', 'The signature is for another service.');
  const codec = codecFor(protocol);
  const plan = planBody(request.headers, signature, false);
  // The query protocol names its operation in the body.
  if (protocol === 'query' && request.method === 'POST' && early === undefined)
    early = await readBody(exchange, plan, bodyLimit(entry.id, undefined), progress.family);
  const head: RawRequest = {
    method: request.method ?? 'GET',
    rawTarget: target.raw,
    rawPath: routedPath(exchange, service),
    rawQuery: target.query,
    headers: plan.headers,
    body: early,
    stream: undefined,
  };
  const name = codec.operationName(service, head);
  const operation = name === undefined ? undefined : service.operations.get(name);
  if (operation === undefined) throw unknownOperation(progress.family, service.id, name?.slice(0, 200));
  progress.operation = operation;
  if (signature === undefined && !operation.unsigned)
    throw new SignatureError('missing', 'Missing Authentication Token');
  return prove(parts, exchange, progress, { service, operation, signature, head, early });
}

interface Found {
  readonly service: ServiceModel;
  readonly operation: OperationModel;
  readonly signature: OpenSignature | undefined;
  readonly head: RawRequest;
  readonly early: Buffer | undefined;
}

/** Compares the signature and takes the body in, in the order that the signature allows. */
async function prove(
  parts: AdmitParts,
  exchange: Exchange,
  progress: Progress,
  { service, operation, signature, head, early }: Found,
): Promise<Admitted> {
  const { family } = progress;
  // What stands in the headers can be judged before the first byte of a body is asked for.
  if (signature !== undefined && signature.payload.kind !== 'body') signature.check();
  const plan = planBody(exchange.request.headers, signature, promisesDigests(service, operation));
  // A hash that stands in no header proves its sender only when the last byte has come: nobody may act on it before.
  const streams = operation.streamingInput !== undefined && signature?.payload.kind !== 'body';
  const limit = streams ? STREAM_LIMIT : bodyLimit(service.id, operation.name);
  if ((plan.length ?? 0) > limit) throw bodyTooLarge(family, limit);

  const proven = (bodySha256: string | undefined) => {
    if (signature?.payload.kind === 'body') checkBody(signature, operation, bodySha256);
    const principal = signature?.credential.principal ?? ANONYMOUS;
    const scope: Scope = {
      account: principal.account,
      region: signature?.claim.scope.region ?? parts.region,
    };
    progress.principal = principal;
    progress.scope = scope;
    if (signature !== undefined && bodySha256 !== undefined)
      progress.sdkCall = sdkCall(
        exchange.request.headers,
        signature,
        `${service.id}:${operation.name}\n${head.rawTarget}`,
        bodySha256,
        scope,
      );
    return { service, operation, principal, scope, signature, plan };
  };

  if (streams) {
    const raw = { ...head, headers: plan.headers, stream: streamBody(exchange, plan) };
    return { ...proven(undefined), raw };
  }
  const bytes = early ?? (await readBody(exchange, plan, limit, family));
  const found = proven(bodyHash(signature, bytes));
  const body = await uncompressed(bytes, plan.headers, limit, family);
  const content =
    operation.streamingInput === undefined
      ? { body }
      : { stream: Readable.from([body], { objectMode: false }) };
  return { ...found, raw: { ...head, headers: plan.headers, ...content } };
}

/** Needed to judge the signature, or to tell one call of an SDK from another. */
function bodyHash(signature: OpenSignature | undefined, bytes: Buffer): string {
  return signature?.payload.kind === 'hash' ? signature.payload.sha256 : sha256Hex(bytes);
}

function checkBody(
  signature: OpenSignature,
  operation: OperationModel,
  bodySha256: string | undefined,
): void {
  if (!operation.unsignedPayload) return signature.check(bodySha256);
  // Such clients leave the body out over TLS and sign it otherwise; neither says which.
  try {
    signature.check(UNSIGNED_PAYLOAD);
  } catch {
    signature.check(bodySha256);
  }
}

/** For S3 the headers promise digests of the body; only here they are those of the object that comes about. */
function promisesDigests(service: ServiceModel, operation: OperationModel): boolean {
  return service.id === 's3' && operation.name !== 'CompleteMultipartUpload';
}

/** S3 takes paths literally, with the bucket in front; all others are routed by what they sign. */
function routedPath({ target, bucket }: Exchange, service: ServiceModel): string {
  if (service.id !== 's3') return normalisedPath(target.path);
  return bucket === undefined ? target.path : `/${bucket}${target.path}`;
}

/** Keys are UTF-8: other bytes would come back as something else. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

const ANONYMOUS: Principal = {
  account: '-',
  arn: '*',
  userId: 'anonymous',
  accessKeyId: '',
  kind: 'anonymous',
};
