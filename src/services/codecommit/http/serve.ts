import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ApiError, errorText } from '../../../kernel/errors.ts';
import { expectsContinue } from '../../../kernel/http/http-server.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { announce } from '../announce.ts';
import type { GitAuthenticator, GitPrincipal } from '../face.ts';
import { endGroup, markPush, unmarkPush } from '../git/leftovers.ts';
import { type GitRequest, gitProtocol, parseBasic, parseGitPath } from '../model/git-request.ts';
import type { CodeCommitParts } from '../parts.ts';
import { findRepository, type Repository } from '../repositories.ts';
import { runBackend } from './backend.ts';
import { decodedBody, refusal, spool } from './body.ts';

/** Bytes of a fetch's negotiation. */
const FETCH_BYTES = 32 * 1024 * 1024;
/** Commands and capabilities of a push, beside its pack. */
const PUSH_HEAD_BYTES = 1024 * 1024;

export interface GitDoor {
  readonly parts: CodeCommitParts;
  readonly authenticate: GitAuthenticator;
  readonly defaultScope: Scope;
}

/** Answers smart HTTP below `/v1/repos/`. False when the request is none of ours. */
export async function serveGit(
  door: GitDoor,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<boolean> {
  const parsed = parseGitPath(request.method ?? 'GET', request.url ?? '/');
  if (parsed.kind === 'other') return false;
  response.setHeader('x-amzn-requestid', requestId);
  try {
    if (parsed.kind === 'refused') throw refusal(parsed.status, parsed.message);
    await answer(door, parsed.request, request, response);
  } catch (error) {
    fail(door, request, response, requestId, error);
  }
  return true;
}

async function answer(
  door: GitDoor,
  git: GitRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const principal = await authenticated(door, request);
  const scope = { account: principal.account, region: principal.region ?? door.defaultScope.region };
  const repository = await findRepository(door.parts, scope, git.repository);
  if (!repository) throw refusal(404, `repository ${git.repository} does not exist`);
  const visit = { git, repository, principal, request, response };
  if (git.step === 'refs') await advertise(door.parts, visit);
  else if (git.service === 'git-upload-pack') await fetch(door.parts, visit);
  else await push(door.parts, visit);
  response.end();
}

async function authenticated(door: GitDoor, request: IncomingMessage): Promise<GitPrincipal> {
  const credentials = parseBasic(request.headers.authorization);
  const principal =
    credentials && (await door.authenticate(credentials.userName, credentials.password, request));
  if (!principal) throw refusal(401, 'authentication failed');
  return principal;
}

interface Visit {
  readonly git: GitRequest;
  readonly repository: Repository;
  readonly principal: GitPrincipal;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function backendCall(parts: CodeCommitParts, { git, repository, principal, request }: Visit) {
  return {
    request: git,
    dir: repository.dir,
    env: parts.git.environment(repository.dir),
    caller: principal.arn,
    remoteAddress: request.socket.remoteAddress ?? '',
    protocol: gitProtocol(header(request, 'git-protocol')),
  };
}

async function advertise(parts: CodeCommitParts, visit: Visit): Promise<void> {
  await runBackend(
    { ...backendCall(parts, visit), body: undefined, contentLength: undefined },
    visit.response,
  );
}

async function fetch(parts: CodeCommitParts, visit: Visit): Promise<void> {
  const body = decodedBody(checkType(visit), FETCH_BYTES);
  if (expectsContinue(visit.request)) visit.response.writeContinue();
  // The negotiation is small; read whole, its length is known and a refusal still has a status.
  const spooled = await spool(body, join(parts.root, 'incoming'));
  try {
    const call = { ...backendCall(parts, visit), body: spooled.open(), contentLength: spooled.bytes };
    await runBackend(call, visit.response);
  } finally {
    await spooled.discard();
  }
}

/**
 * The push is taken in whole, then alone on the repository: git moves the refs, the moves are recorded and announced,
 * and only then does the answer end. A `git push` that has returned is known to everybody.
 */
async function push(parts: CodeCommitParts, visit: Visit): Promise<void> {
  const maxBytes = parts.limits.pushBytes + PUSH_HEAD_BYTES;
  checkType(visit);
  if (Number(visit.request.headers['content-length'] ?? 0) > maxBytes) {
    throw refusal(413, `the push is larger than ${maxBytes} bytes`);
  }
  if (expectsContinue(visit.request)) visit.response.writeContinue();
  const spooled = await spool(decodedBody(visit.request, maxBytes), join(parts.root, 'incoming'));
  try {
    await parts.locks.hold(visit.repository.id, async () => {
      const { dir } = visit.repository;
      const call = {
        ...backendCall(parts, visit),
        body: spooled.open(),
        contentLength: spooled.bytes,
        guard: {
          started: (group: number) => markPush(dir, group),
          failed: (group: number) => endGroup(dir, group),
        },
      };
      try {
        await runBackend(call, visit.response);
      } finally {
        // Also when git failed half way: refs may have moved.
        parts.kernel.failpoints.hit('codecommit:refs-moved:before-announce');
        await announce(parts, visit.repository, () => visit.principal.arn);
        await unmarkPush(dir);
      }
      parts.kernel.failpoints.hit('codecommit:announced');
    });
  } finally {
    await spooled.discard();
  }
}

function checkType({ git, request }: Visit): IncomingMessage {
  const wanted = `application/x-${git.service}-request`;
  if (request.headers['content-type'] !== wanted) throw refusal(415, `the content type must be ${wanted}`);
  return request;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function fail(
  door: GitDoor,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void {
  const refused = error instanceof ApiError ? error : undefined;
  if (!refused && request.destroyed && !request.complete) {
    door.parts.kernel.logger.debug({ requestId, url: request.url }, 'a git client went away');
  } else if (!refused) {
    door.parts.kernel.logger.error(
      { requestId, url: request.url, error: errorText(error) },
      'a git request failed',
    );
  }
  if (response.headersSent) {
    // Cut off: git takes an answer without its end for a failure.
    response.destroy();
    return;
  }
  const status = refused?.status ?? 500;
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="Pipewright"');
  // What the client is still sending is not read; the connection cannot go on.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.writeHead(status);
  response.end(`${refused?.message ?? `internal failure (${requestId})`}\n`);
}
