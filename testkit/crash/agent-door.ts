import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ApiError, errorText } from '../../src/kernel/errors.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { Rooms } from '../../src/server/rooms.ts';
import { callOperation, TEST_ACCOUNT } from '../support/test-context.ts';

/**
 * The three operations of agents and the download of bundles at a socket, without the wire: an agent outside of this
 * process lives on when it is killed, as the agent of a host does.
 */
export async function openAgentDoor(kernel: Kernel, rooms: Rooms, socketPath: string): Promise<() => void> {
  rmSync(socketPath, { force: true });
  const server = createServer((request, response) => {
    answer(kernel, rooms, request, response).catch((error: unknown) => refuse(response, error));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

async function answer(
  kernel: Kernel,
  rooms: Rooms,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url as string, 'http://door');
  if (request.method === 'GET') return sendObject(rooms, url, response);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const input: unknown = JSON.parse(await text(request), (key, value: unknown) =>
    key === 'at' ? new Date(value as string) : value,
  );
  const name = url.pathname.slice(1);
  const signal = gone.signal;
  const output = await callOperation(kernel, rooms.codedeploy, 'pipewright', name, input, { signal });
  response.end(JSON.stringify(output));
}

/** What a presigned URL names. */
async function sendObject({ s3 }: Rooms, url: URL, response: ServerResponse): Promise<void> {
  const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
  const versionId = url.searchParams.get('versionId');
  const address = { bucket, key: key.join('/'), ...(versionId === null ? {} : { versionId }) };
  const { body } = await s3.getObject(TEST_ACCOUNT, address);
  await pipeline(body, response);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const code = error instanceof ApiError ? error.code : 'InternalFailure';
  response.statusCode = error instanceof ApiError ? error.status : 500;
  response.end(JSON.stringify({ code, message: errorText(error) }));
}
