import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { FoundBuild } from '../builds.ts';
import { failedPhase } from '../model/build/state.ts';
import { type CodeBuildParts, runKey, uuidOf, workFolder } from '../parts.ts';
import { openBuildLog } from './build-log.ts';
import { logStream } from './prepare.ts';

/** After the end: closes the log, forgets the run, removes the folders. Done again it finds nothing left to do. */
export async function cleanUp(
  parts: CodeBuildParts,
  scope: Scope,
  build: FoundBuild,
  signal: AbortSignal,
): Promise<void> {
  const { kernel } = parts;
  const key = runKey(build.row.id);
  if (await kernel.sandbox.known(key)) {
    // A build that was ended while it was being prepared may have started meanwhile.
    await kernel.sandbox.cancel(key, 0);
    await kernel.sandbox.wait(key, { afterReport: Number.MAX_SAFE_INTEGER }, signal);
  }
  const stream = await logStream(parts, scope, build);
  await endLog(parts, stream, build);
  await copyLog(parts, scope, build, stream);
  await kernel.sandbox.forget(key);
  const folder = workFolder(kernel, build.row.id);
  for (const path of [folder.root, folder.orders]) await rm(path, { recursive: true, force: true });
  await rm(join(kernel.dataDir, 'builds', `${uuidOf(build.row.id)}.json`), { force: true });
}

async function endLog(parts: CodeBuildParts, stream: string, { state }: FoundBuild): Promise<void> {
  const log = await openBuildLog(parts.kernel, stream);
  const failed = failedPhase(state);
  if (state.status !== 'SUCCEEDED' && failed?.context) {
    await log.say(`Build ${state.status}: ${failed.context.statusCode}: ${failed.context.message}`);
  }
  await log.end();
}

/** `logsConfig.s3Logs`: the whole log as `<location>/<build uuid>.gz`. A bucket that refuses it fails nobody's build. */
async function copyLog(
  parts: CodeBuildParts,
  scope: Scope,
  { row, request }: FoundBuild,
  stream: string,
): Promise<void> {
  const s3Logs = request.logsConfig?.s3Logs;
  if (s3Logs?.status !== 'ENABLED' || !s3Logs.location) return;
  const [bucket = '', ...prefix] = s3Logs.location.replace(/^arn:aws:s3:::/, '').split('/');
  const key = [...prefix, `${uuidOf(row.id)}.gz`].filter((part) => part !== '').join('/');
  const body = Readable.from(linesOf(parts, stream)).pipe(createGzip());
  try {
    await parts.deps.s3.putObject(scope.account, { bucket, key }, body, { contentType: 'application/gzip' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    parts.kernel.logger.warn(
      { build: row.id, bucket, error: error.message },
      'a build log could not be copied to S3',
    );
  }
}

const LINES = 1_000;

async function* linesOf(parts: CodeBuildParts, stream: string): AsyncIterable<string> {
  let offset = 0;
  for (;;) {
    const records = await parts.kernel.logs.read(stream, offset, LINES);
    const last = records.at(-1);
    if (!last) return;
    yield records.map((record) => `${record.text}\n`).join('');
    offset = last.next;
  }
}
