import type { IncomingMessage, ServerResponse } from 'node:http';
import { expectsContinue } from '../../kernel/http/http-server.ts';
import type { Logger } from '../../kernel/telemetry/logger.ts';
import type { SignedParts } from '../sigv4/canonical-request.ts';

/** One request and its answer on the way through the door. */
export interface Exchange {
  readonly requestId: string;
  /** Domain milliseconds. */
  readonly receivedAt: number;
  readonly logger: Logger;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the client goes away before it has its answer. */
  readonly signal: AbortSignal;
  /** As on the request line. */
  readonly target: RequestTarget;
  /** Bucket that the Host names. */
  readonly bucket: string | undefined;
  /** Milliseconds that a body may take however short it is. */
  readonly bodyGraceMs: number;
  /** Tells a client that waits with its body to send it. Calling twice is allowed. */
  wantBody(): void;
  /** Whether the client still waits to be asked for its body. */
  holdsBody(): boolean;
}

export interface RequestTarget {
  readonly raw: string;
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
}

/** Takes the target of a request line apart without interpreting it. Undefined for forms that only proxies use. */
export function splitTarget(raw: string): RequestTarget | undefined {
  if (!raw.startsWith('/')) return undefined;
  const mark = raw.indexOf('?');
  return mark < 0
    ? { raw, path: raw, query: '' }
    : { raw, path: raw.slice(0, mark), query: raw.slice(mark + 1) };
}

export function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  fixed: Pick<Exchange, 'requestId' | 'receivedAt' | 'logger' | 'target' | 'bucket' | 'bodyGraceMs'>,
): Exchange {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client has gone away'));
  });
  let waiting = expectsContinue(request);
  return {
    ...fixed,
    request,
    response,
    signal: gone.signal,
    wantBody() {
      if (waiting) response.writeContinue();
      waiting = false;
    },
    holdsBody: () => waiting,
  };
}

/** What a signature of this request covers. The path is the one that was sent, whatever the Host made of it. */
export function signedParts({ request, target, bucket }: Exchange): SignedParts {
  return {
    method: request.method ?? 'GET',
    rawPath: target.path,
    rawQuery: target.query,
    rawHeaders: request.rawHeaders,
    bucket,
  };
}
