import { ApiError } from '../../kernel/errors.ts';
import { serviceIndex } from '../models/service-index.ts';
import { type Credentials, signRequest } from '../sigv4/sign.ts';
import type { Fetch } from './trusting-fetch.ts';

export interface SignedClientOptions {
  /** `http://127.0.0.1:7300`; a path in it is kept. */
  readonly endpoint: string;
  readonly region: string;
  /** A function is asked before every call: for keys that are renewed. Without any, calls are not signed. */
  readonly credentials: Credentials | (() => Credentials | Promise<Credentials>) | undefined;
  /** In place of the built-in one: for a server whose authority the system does not know. */
  readonly fetch?: Fetch | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the call is given up. Default 60 s. */
  readonly timeoutMs?: number;
}

export interface SignedClient {
  /**
   * Calls an operation of a JSON service by its model id, for example `codedeploy`. Input and output are the JSON of the
   * wire: times are seconds, blobs base64. Throws `ApiError` for an error answer and `ConnectionFailedError` when none
   * came; the reason of `signal` when it was aborted. Tries once.
   */
  call(service: string, operation: string, input: unknown, options?: CallOptions): Promise<unknown>;
}

/** No answer: nobody listens, the line broke, or it took too long. */
export class ConnectionFailedError extends Error {
  constructor(endpoint: string, reason: string, cause: unknown) {
    super(`${endpoint} does not answer: ${reason}`, { cause });
    this.name = 'ConnectionFailedError';
  }
}

/** A small client for our own processes, in place of an SDK. */
export function createSignedClient(options: SignedClientOptions): SignedClient {
  const url = new URL(options.endpoint);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return {
    async call(service, operation, input, { signal, timeoutMs = 60_000 } = {}) {
      const { target, signingName, version } = jsonService(service);
      const body = Buffer.from(JSON.stringify(input ?? {}));
      const { credentials } = options;
      const plain = {
        host: url.host,
        'content-type': `application/x-amz-json-${version}`,
        'x-amz-target': `${target}.${operation}`,
      };
      const headers: Record<string, string> =
        credentials === undefined
          ? plain
          : signRequest({
              method: 'POST',
              rawPath: url.pathname,
              headers: plain,
              payload: body,
              region: options.region,
              service: signingName,
              credentials: typeof credentials === 'function' ? await credentials() : credentials,
              now: Date.now(),
            });
      // fetch writes it itself, from the URL.
      delete headers['host'];
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await (options.fetch ?? fetch)(url, {
          method: 'POST',
          headers,
          body,
          redirect: 'error',
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        });
        return readAnswer(response.status, await response.text());
      } catch (error) {
        if (error instanceof ApiError) throw error;
        signal?.throwIfAborted();
        throw new ConnectionFailedError(options.endpoint, reasonOf(error, timeout, timeoutMs), error);
      }
    },
  };
}

function jsonService(id: string) {
  const entry = serviceIndex.byId(id);
  const protocol = entry?.protocols.find((one) => one === 'json-1.1' || one === 'json-1.0');
  const [target] = entry?.targetPrefixes ?? [];
  const [signingName] = entry?.signingNames ?? [];
  if (protocol === undefined || target === undefined || signingName === undefined)
    throw new TypeError(`${id} is no service that speaks JSON`);
  return { target, signingName, version: protocol.slice('json-'.length) };
}

function readAnswer(status: number, text: string): unknown {
  const answer = parse(text);
  if (status < 300 && answer !== undefined) return answer;
  const { __type, message, Message, ...members } = (answer ?? {}) as Record<string, unknown>;
  const code = typeof __type === 'string' ? (__type.split('#').at(-1) as string) : `HTTP${status}`;
  throw new ApiError(code, String(message ?? Message ?? `answered with status ${status}`), {
    status,
    members,
  });
}

function parse(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown, timeout: AbortSignal, timeoutMs: number): string {
  if (timeout.aborted) return `nothing came within ${timeoutMs} ms`;
  const { cause, message } = error as Error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
}
