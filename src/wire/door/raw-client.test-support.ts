import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { TEST_KEYS } from '../../../testkit/support/test-door.ts';
import { type RequestToSign, signRequest } from '../sigv4/sign.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface RawCall {
  readonly port: number;
  readonly method?: string;
  /** Path and query as they go on the request line. */
  readonly target: string;
  readonly service?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** In place of the body's own hash. */
  readonly payload?: RequestToSign['payload'];
  /** False sends it without a signature. */
  readonly signed?: boolean;
  /** Changes headers after signing. */
  readonly tamper?: (headers: Record<string, string>) => void;
  readonly now?: number;
  /** Breaks the connection off. */
  readonly signal?: AbortSignal;
}

/** Signs and sends one request exactly as told, through Node's own client. */
export async function rawCall(call: RawCall): Promise<RawAnswer> {
  const body = Buffer.from(call.body ?? '');
  const [rawPath = '/', rawQuery = ''] = call.target.split('?');
  const plain = { host: `127.0.0.1:${call.port}`, ...call.headers };
  const headers =
    call.signed === false
      ? { ...plain }
      : signRequest({
          method: call.method ?? 'GET',
          rawPath,
          rawQuery,
          headers: plain,
          payload: call.payload ?? body,
          region: 'us-east-1',
          service: call.service ?? 's3',
          credentials: TEST_KEYS,
          now: call.now ?? Date.now(),
        });
  call.tamper?.(headers);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: '127.0.0.1',
        port: call.port,
        method: call.method ?? 'GET',
        path: call.target,
        headers,
        signal: call.signal,
      },
      (response) => {
        text(response).then(
          (content) =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content }),
          reject,
        );
      },
    );
    sent.on('error', reject);
    // The rest of a longer body that was announced never comes.
    if (headers['content-length'] !== undefined) sent.write(body);
    else sent.end(body);
  });
}

/** A JSON call of CodePipeline. */
export function jsonCall(
  port: number,
  operation: string,
  input: object,
  more: Partial<RawCall> = {},
): Promise<RawAnswer> {
  return rawCall({
    port,
    method: 'POST',
    target: '/',
    service: 'codepipeline',
    body: JSON.stringify(input),
    ...more,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `CodePipeline_20150709.${operation}`,
      ...more.headers,
    },
  });
}

/** The code of a JSON error answer. */
export function errorType(answer: RawAnswer): unknown {
  return (JSON.parse(answer.body) as Record<string, unknown>)['__type'];
}
