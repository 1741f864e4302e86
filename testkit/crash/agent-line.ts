import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentTransport } from '../../src/agent/index.ts';
import { ApiError } from '../../src/kernel/errors.ts';

const LOOK_MS = 20;

/** The agent's end of {@link openAgentDoor}. A door that is not open (yet, or again) is waited for. */
export function agentLine(socketPath: string): AgentTransport {
  const ask = async (method: string, path: string, body: unknown, signal: AbortSignal) => {
    for (;;) {
      try {
        return await send(socketPath, method, path, body, signal);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? '';
        if (!['ECONNREFUSED', 'ENOENT'].includes(code)) throw error;
        await sleep(LOOK_MS, undefined, { signal });
      }
    }
  };
  const call = async (operation: string, input: unknown, signal: AbortSignal) => {
    const response = await ask('POST', `/${operation}`, input, signal);
    const answer = JSON.parse(await text(response)) as Record<string, unknown>;
    if (response.statusCode === 200) return answer as never;
    throw new ApiError(String(answer['code']), String(answer['message']), {
      status: response.statusCode ?? 500,
    });
  };
  return {
    register: (input, signal) => call('RegisterHost', input, signal),
    poll: (input, signal) => call('PollHostCommand', input, signal),
    report: (input, signal) => call('ReportHostCommand', input, signal),
    async download(url, signal) {
      const { pathname, search } = new URL(url);
      const response = await ask('GET', pathname + search, undefined, signal);
      if (response.statusCode !== 200) throw new Error(`the download was answered ${response.statusCode}`);
      return response;
    },
  };
}

function send(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, method, path, signal }, resolve)
      .once('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}
