import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { ApiError } from '../kernel/errors.ts';
import type {
  PollHostCommandInput,
  PollHostCommandOutput,
  RegisterHostInput,
  RegisterHostOutput,
  ReportHostCommandInput,
  ReportHostCommandOutput,
} from '../pure/agent-protocol.ts';
import {
  ConnectionFailedError,
  createSignedClient,
  type Fetch,
  type SignedClientOptions,
} from '../wire/client/index.ts';
import { checkEndpoint } from './endpoint.ts';

/** How the agent reaches its server. Errors are `ApiError` (an answer) or anything else (none came). */
export interface AgentTransport {
  register(input: RegisterHostInput, signal: AbortSignal): Promise<RegisterHostOutput>;
  /** Held for as long as the server likes. */
  poll(input: PollHostCommandInput, signal: AbortSignal): Promise<PollHostCommandOutput>;
  report(input: ReportHostCommandInput, signal: AbortSignal): Promise<ReportHostCommandOutput>;
  download(url: string, signal: AbortSignal): Promise<Readable>;
}

export interface HttpTransportOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: SignedClientOptions['credentials'];
  /** The server does not know the keys (any more): the next call brings fresh ones, where there is a way to get any. */
  readonly forgetCredentials?: () => void;
  /** In place of the built-in one: for a server whose authority this host does not know. */
  readonly fetch?: Fetch;
  /** Talk without TLS also off loopback. */
  readonly allowPlainHttp?: boolean;
}

const KEYS_ARE_OVER: readonly string[] = ['ExpiredTokenException', 'UnrecognizedClientException'];

/** A poll is held for 50 s; one that lasts longer has lost its line. */
const POLL_TIMEOUT_MS = 75_000;
const CALL_TIMEOUT_MS = 20_000;

export function createHttpTransport(options: HttpTransportOptions): AgentTransport {
  checkEndpoint(options.endpoint, options.allowPlainHttp);
  const client = createSignedClient(options);
  const call = async (
    operation: string,
    input: unknown,
    signal: AbortSignal,
    timeoutMs = CALL_TIMEOUT_MS,
  ) => {
    try {
      return await client.call('pipewright', operation, input, { signal, timeoutMs });
    } catch (error) {
      const over = error instanceof ApiError && KEYS_ARE_OVER.includes(error.code);
      if (!over || options.forgetCredentials === undefined) throw error;
      options.forgetCredentials();
      return await client.call('pipewright', operation, input, { signal, timeoutMs });
    }
  };
  return {
    register: async (input, signal) => (await call('RegisterHost', input, signal)) as RegisterHostOutput,
    poll: async (input, signal) =>
      (await call('PollHostCommand', input, signal, POLL_TIMEOUT_MS)) as PollHostCommandOutput,
    async report(input, signal) {
      const reports = input.reports.map((report) => ({ ...report, at: report.at.getTime() / 1000 }));
      return (await call('ReportHostCommand', { ...input, reports }, signal)) as ReportHostCommandOutput;
    },
    async download(url, signal) {
      checkEndpoint(url, options.allowPlainHttp);
      const response = await (options.fetch ?? fetch)(url, { signal, redirect: 'error' }).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          throw new ConnectionFailedError(new URL(url).origin, (error as Error).message, error);
        },
      );
      if (!response.ok || !response.body) {
        await response.body?.cancel();
        throw new Error(`the bundle's download was answered with status ${response.status}`);
      }
      return Readable.fromWeb(response.body as ReadableStream);
    },
  };
}
