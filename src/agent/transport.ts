import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type {
  PollHostCommandInput,
  PollHostCommandOutput,
  RegisterHostInput,
  RegisterHostOutput,
  ReportHostCommandInput,
  ReportHostCommandOutput,
} from '../pure/agent-protocol.ts';
import { ConnectionFailedError, createSignedClient, type SignedClientOptions } from '../wire/client/index.ts';

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
}

/** A poll is held for 50 s; one that lasts longer has lost its line. */
const POLL_TIMEOUT_MS = 75_000;
const CALL_TIMEOUT_MS = 20_000;

export function createHttpTransport(options: HttpTransportOptions): AgentTransport {
  const client = createSignedClient(options);
  const call = (operation: string, input: unknown, signal: AbortSignal, timeoutMs = CALL_TIMEOUT_MS) =>
    client.call('pipewright', operation, input, { signal, timeoutMs });
  return {
    register: async (input, signal) => (await call('RegisterHost', input, signal)) as RegisterHostOutput,
    poll: async (input, signal) =>
      (await call('PollHostCommand', input, signal, POLL_TIMEOUT_MS)) as PollHostCommandOutput,
    async report(input, signal) {
      const reports = input.reports.map((report) => ({ ...report, at: report.at.getTime() / 1000 }));
      return (await call('ReportHostCommand', { ...input, reports }, signal)) as ReportHostCommandOutput;
    },
    async download(url, signal) {
      const response = await fetch(url, { signal, redirect: 'error' }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new ConnectionFailedError(new URL(url).origin, (error as Error).message, error);
      });
      if (!response.ok || !response.body) {
        await response.body?.cancel();
        throw new Error(`the bundle's download was answered with status ${response.status}`);
      }
      return Readable.fromWeb(response.body as ReadableStream);
    },
  };
}
