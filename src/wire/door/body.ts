import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import { ApiError } from '../../kernel/errors.ts';
import { bodyTooLarge, bodyTooSlow } from '../errors/common-errors.ts';
import type { ErrorFamily } from '../errors/family.ts';
import { checksumAlgorithm, parseChecksum, promisedDigests } from '../sigv4/checksums/checksum-header.ts';
import { createChunkedDecoder } from '../sigv4/chunked/decoder.ts';
import { SignatureError } from '../sigv4/signature-error.ts';
import type { OpenSignature } from '../sigv4/verify.ts';
import { type BodyCheck, verifyBody, verifyBytes } from '../sigv4/verify-body.ts';
import type { Exchange } from './exchange.ts';

const gunzip = promisify(gunzipCallback);

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How the bytes of a body are laid out and what must be true of them. */
export interface BodyPlan {
  readonly checks: readonly BodyCheck[];
  /** Frames of `aws-chunked` to take off. */
  readonly chunked: ReturnType<typeof createChunkedDecoder> | undefined;
  /** The headers as they would be without the frames. */
  readonly headers: Headers;
  /** Bytes announced, without frames. */
  readonly length: number | undefined;
}

/** Reads out of signature and headers what a body will be. `digests`: the headers promise digests of this body. */
export function planBody(headers: Headers, signature: OpenSignature | undefined, digests: boolean): BodyPlan {
  const checks: BodyCheck[] = [];
  const payload = signature?.payload;
  if (payload?.kind === 'hash') checks.push(payloadCheck(payload.sha256));
  if (digests)
    for (const { algorithm, digest } of promisedDigests(headers))
      checks.push(digestCheck(algorithm, () => digest));
  if (payload?.kind !== 'chunked' || signature === undefined)
    return { checks, chunked: undefined, headers, length: wholeNumber(headers['content-length']) };

  const names = payload.trailer
    ? String(headers['x-amz-trailer'] ?? '')
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== '')
    : undefined;
  const decodedLength = wholeNumber(headers['x-amz-decoded-content-length']);
  if (decodedLength === undefined)
    throw new SignatureError(
      'missing-length',
      'You must provide the x-amz-decoded-content-length HTTP header.',
    );
  const { claim, signingKey } = signature;
  const seed = { signingKey, amzDate: claim.amzDate, scope: claim.scope, signature: claim.signature };
  const chunked = createChunkedDecoder({
    seed: payload.signed ? seed : undefined,
    trailers: names,
    decodedLength,
  });
  for (const name of names ?? []) {
    const algorithm = checksumAlgorithm(name);
    if (algorithm !== undefined)
      checks.push(
        digestCheck(algorithm, () => parseChecksum(name, algorithm, chunked.trailers.get(name) as string)),
      );
  }
  const encodings = String(headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked');
  return {
    checks,
    chunked,
    length: decodedLength,
    headers: {
      ...headers,
      'content-length': String(decodedLength),
      'content-encoding': encodings.length === 0 ? undefined : encodings.join(','),
    },
  };
}

function payloadCheck(sha256: string): BodyCheck {
  return {
    algorithm: 'SHA256',
    expected: () => Buffer.from(sha256, 'hex'),
    fault: 'payload-mismatch',
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
  };
}

function digestCheck(algorithm: BodyCheck['algorithm'], expected: () => Uint8Array): BodyCheck {
  const message =
    algorithm === 'MD5'
      ? 'The Content-MD5 you specified did not match what we received.'
      : `The ${algorithm} you specified did not match the calculated checksum.`;
  return { algorithm, expected, fault: 'bad-checksum', message };
}

/** Whoever reads the end of a pipeline sees its error there. */
function ignore(): void {}

/** The body as a stream that errors before its end when anything about it is wrong. */
export function streamBody(exchange: Exchange, plan: BodyPlan): Readable {
  exchange.wantBody();
  const verified = verifyBody(plan.checks);
  return plan.chunked === undefined
    ? pipeline(exchange.request, verified, ignore)
    : pipeline(exchange.request, plan.chunked.stream, verified, ignore);
}

/** The whole body, verified. Refuses a larger one before reading it where its length is announced. */
export async function readBody(
  exchange: Exchange,
  plan: BodyPlan,
  limit: number,
  family: ErrorFamily,
): Promise<Buffer> {
  if ((plan.length ?? 0) > limit) throw bodyTooLarge(family, limit);
  exchange.wantBody();
  const ms = exchange.bodyGraceMs + (plan.length ?? limit) / SLOWEST_BYTES_PER_MS;
  if (plan.chunked !== undefined)
    return inTime(exchange, ms, family, collect(streamBody(exchange, plan), limit, family));
  const bytes = await inTime(exchange, ms, family, collect(exchange.request, limit, family));
  verifyBytes(plan.checks, bytes);
  return bytes;
}

/** Who sends less holds a connection for nothing; it is of no use for another request. */
const SLOWEST_BYTES_PER_MS = 16;

function inTime(
  { response }: Exchange,
  ms: number,
  family: ErrorFamily,
  body: Promise<Buffer>,
): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      response.shouldKeepAlive = false;
      reject(bodyTooSlow(family));
    }, ms);
  });
  return Promise.race([body, late]).finally(() => clearTimeout(timer));
}

function collect(stream: Readable, limit: number, family: ErrorFamily): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    stream.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > limit) {
        stream.removeAllListeners('data').pause();
        pieces.length = 0;
        reject(bodyTooLarge(family, limit));
        return;
      }
      pieces.push(piece);
    });
    stream.once('end', () => resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)));
    stream.once('error', reject);
    stream.once('close', () => {
      if (!stream.readableEnded) reject(new Error('the client went away before its request was complete'));
    });
  });
}

/** Undoes the compression that SDKs apply to big requests (`PutMetricData`), within the same limit. */
export async function uncompressed(
  bytes: Buffer,
  headers: Headers,
  limit: number,
  family: ErrorFamily,
): Promise<Buffer> {
  if (String(headers['content-encoding'] ?? '').toLowerCase() !== 'gzip') return bytes;
  try {
    return await gunzip(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(family, limit);
    throw new ApiError('SerializationException', 'The request body is no valid gzip.');
  }
}

function wholeNumber(value: Headers[string]): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
