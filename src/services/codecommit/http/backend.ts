import { type ChildProcess, spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../../kernel/errors.ts';
import { backendProgram } from '../git/backend-program.ts';
import type { GitRequest } from '../model/git-request.ts';

const MAX_HEAD = 16 * 1024;

export interface BackendCall {
  readonly request: GitRequest;
  readonly dir: string;
  /** Everything git may know of its surroundings. */
  readonly env: Readonly<Record<string, string>>;
  /** ARN of who asks: git writes it into the reflog. */
  readonly caller: string;
  readonly remoteAddress: string;
  readonly protocol: string | undefined;
  readonly body: Readable | Buffer | undefined;
  /** Of the body; unknown when it is a stream of open length. */
  readonly contentLength: number | undefined;
  /**
   * For work that must come to its end although the client has gone: told the process group before git gets the body,
   * and when git has failed, so that whatever is left of it can be waited for.
   */
  readonly guard?: {
    started(processGroup: number): Promise<void>;
    failed(processGroup: number): Promise<void>;
  };
}

/**
 * Runs `git http-backend` as CGI for one request. Status, headers and output go to the response as they come; the
 * response is left open, so that the caller can do what must be done before the client hears that all is well.
 */
export async function runBackend(call: BackendCall, response: ServerResponse): Promise<void> {
  const { file, args } = await backendProgram();
  const child = spawn(file, [...args], {
    cwd: call.dir,
    env: cgiEnvironment(call),
    stdio: 'pipe',
    // A group of its own: all of it can be ended, now or by the next server.
    detached: true,
  });
  const gone = () => endGroup(child);
  if (!call.guard) response.once('close', gone);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < 4_096) stderr += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new Fault('git http-backend could not be started', error)));
    child.once('close', resolve);
  });
  ended.catch(() => {});
  try {
    if (child.pid !== undefined) await call.guard?.started(child.pid);
    feed(call.body, child.stdin);
    await relay(child.stdout, response);
    const code = await ended;
    if (code !== 0) throw new Fault(`git http-backend failed (${code}): ${stderr.trim()}`);
  } catch (error) {
    endGroup(child);
    if (child.pid !== undefined) await call.guard?.failed(child.pid);
    throw error;
  } finally {
    response.off('close', gone);
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It ended by itself.
  }
}

function cgiEnvironment(call: BackendCall): Record<string, string> {
  const { request } = call;
  const env: Record<string, string> = {
    ...call.env,
    GIT_PROJECT_ROOT: dirname(call.dir),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${basename(call.dir)}/${request.step === 'refs' ? 'info/refs' : request.service}`,
    REQUEST_METHOD: request.step === 'refs' ? 'GET' : 'POST',
    QUERY_STRING: request.step === 'refs' ? `service=${request.service}` : '',
    REMOTE_USER: call.caller,
    REMOTE_ADDR: call.remoteAddress,
    GIT_COMMITTER_NAME: call.caller,
    GIT_COMMITTER_EMAIL: 'push',
  };
  if (request.step === 'rpc') env['CONTENT_TYPE'] = `application/x-${request.service}-request`;
  if (call.contentLength !== undefined) env['CONTENT_LENGTH'] = String(call.contentLength);
  if (call.protocol !== undefined) env['GIT_PROTOCOL'] = call.protocol;
  return env;
}

function feed(body: Readable | Buffer | undefined, stdin: Writable): void {
  // git may stop reading early; its own answer says why.
  stdin.on('error', () => {});
  if (body === undefined || Buffer.isBuffer(body)) stdin.end(body);
  else pipeline(body, stdin).catch(() => stdin.end());
}

/** Reads the CGI head, then passes the rest on, at the pace of the slower side. */
async function relay(output: Readable, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (head === undefined) {
      await write(response, chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (head.length > MAX_HEAD) throw new Fault('git http-backend sent no head');
      continue;
    }
    writeHead(response, head.subarray(0, end).toString('latin1'));
    const rest: Buffer = head.subarray(end + 4);
    head = undefined;
    if (rest.length > 0) await write(response, rest);
  }
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const at = line.indexOf(':');
    if (at < 0) continue;
    const name = line.slice(0, at).trim();
    const value = line.slice(at + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
  // git is at work from here on, and may be for long before it says more.
  response.flushHeaders();
}

async function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  // Nobody listens any more: what git says is dropped.
  if (response.destroyed || response.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}
