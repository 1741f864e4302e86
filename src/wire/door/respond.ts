import { pipeline, type Readable } from 'node:stream';
import type { EncodedResponse } from '../codecs/port.ts';
import type { Exchange } from './exchange.ts';

/** What of an unread body is still taken in after the answer, so that the client gets to read it. */
const LINGER_BYTES = 32 * 1024 * 1024;
const LINGER_MS = 5000;
const SMALL_REST = 64 * 1024;

/** Headers of every answer of S3: a user's object must not act in the name of this server. */
const S3_HEADERS = { 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' };

export interface Answer extends EncodedResponse {
  readonly s3: boolean;
}

/** Sends an answer. Resolves when it has gone out or the client has gone away. Never rejects. */
export async function respond(exchange: Exchange, answer: Answer): Promise<void> {
  const { request, response } = exchange;
  const { body } = answer;
  const stream = isStream(body) ? body : undefined;
  if (response.headersSent || response.destroyed) {
    stream?.destroy();
    response.destroy();
    return;
  }
  const headers: Record<string, string> = { ...answer.headers, 'x-amzn-requestid': exchange.requestId };
  if (answer.s3) Object.assign(headers, S3_HEADERS, s3Ids(exchange.requestId));
  const bodyless = request.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  const bytes = isStream(body) ? undefined : bytesOf(body);
  // The length of a HEAD or 304 is that of the body which is not sent, where the codec knows it.
  if (bytes !== undefined && !bodyless) headers['content-length'] = String(bytes.length);
  if (answer.status === 204) delete headers['content-length'];
  const held = exchange.holdsBody();
  const lingers = !held && isBodyUnread(exchange);
  // Nothing may follow on a connection on which a body could still begin.
  if (lingers || held) headers.connection = 'close';
  response.writeHead(answer.status, headers);
  if (stream !== undefined && !bodyless) {
    await new Promise<void>((resolve) => {
      pipeline(stream, response, (error) => {
        if (error && !exchange.signal.aborted) exchange.logger.warn({ error }, 'an answer broke off');
        resolve();
      });
    });
    return;
  }
  stream?.destroy();
  const sent = bodyless ? undefined : bytes;
  if (!lingers) {
    response.end(sent);
    return;
  }
  response.flushHeaders();
  if (sent !== undefined && sent.length > 0) response.write(sent);
  await discard(exchange);
  response.end();
}

function s3Ids(requestId: string): Record<string, string> {
  return {
    'x-amz-request-id': requestId,
    'x-amz-id-2': Buffer.from(requestId.replaceAll('-', ''), 'hex').toString('base64'),
  };
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

function isStream(body: EncodedResponse['body']): body is Readable {
  return typeof body !== 'string' && !(body instanceof Uint8Array);
}

/** Small remains are read away without more ado, and the connection stays usable; unless they trickle. */
function isBodyUnread({ request }: Exchange): boolean {
  if (request.complete || request.destroyed) {
    request.resume();
    return false;
  }
  const rest = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  if (rest > SMALL_REST) return true;
  const timer = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  request.resume();
  return false;
}

/**
 * Takes in what still comes, up to a bound: hanging up on a client that is writing would reset the connection before
 * it has read why.
 */
function discard({ request }: Exchange): Promise<void> {
  return new Promise((resolve) => {
    let left = LINGER_BYTES;
    const done = () => {
      clearTimeout(timer);
      request.off('data', count);
      resolve();
    };
    const count = (piece: Buffer) => {
      left -= piece.length;
      if (left < 0) done();
    };
    const timer = setTimeout(done, LINGER_MS);
    request.unpipe();
    request.on('data', count).once('end', done).once('close', done).once('error', done).resume();
    if (request.destroyed || request.readableEnded) done();
  });
}
