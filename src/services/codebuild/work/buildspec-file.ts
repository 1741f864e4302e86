import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { ApiError, formatFinding } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { S3Room } from '../../s3/index.ts';
import { leavesBase } from '../model/buildspec/file-set.ts';
import { parseBuildspec } from '../model/buildspec/parse.ts';
import type { Buildspec } from '../model/buildspec/types.ts';
import { isInlineBuildspec } from '../model/request.ts';
import { BuildFailure } from './failure.ts';

const MAX_BYTES = 256 * 1024 + 1;
const MAX_MESSAGE = 8_000;

export interface LoadedBuildspec {
  readonly spec: Buildspec;
  /** How the log names it. */
  readonly location: string;
  readonly warnings: readonly string[];
}

export interface BuildspecPlaces {
  readonly bucket?: { readonly s3: S3Room; readonly scope: Scope };
  /** Folders of further sources, by identifier. */
  readonly secondary?: Readonly<Record<string, string>>;
}

/** `$CODEBUILD_SRC_DIR/…` and `$CODEBUILD_SRC_DIR_<identifier>/…`, which no shell is there to fill in. */
const SOURCE = /^\$(?:\{CODEBUILD_SRC_DIR(?:_([A-Za-z0-9_]+))?\}|CODEBUILD_SRC_DIR(?:_([A-Za-z0-9_]+))?)\//;

/**
 * Reads the text that applies (C1.7): inline, an S3 object, a path in the source or in another one, or `buildspec.yml` at
 * the root of the source.
 */
export async function loadBuildspec(
  buildspec: string | undefined,
  source: string,
  { bucket, secondary = {} }: BuildspecPlaces = {},
): Promise<LoadedBuildspec> {
  if (buildspec && isInlineBuildspec(buildspec)) return read(buildspec, 'inline buildspec');
  if (buildspec?.startsWith('arn:') && bucket) return read(await fetchText(buildspec, bucket), buildspec);
  const path = buildspec || 'buildspec.yml';
  const [prefix = '', braced, bare] = SOURCE.exec(path) ?? [];
  const identifier = braced ?? bare;
  const folder = identifier === undefined ? source : secondary[identifier];
  if (folder === undefined)
    throw new BuildFailure(
      'YAML_FILE_ERROR',
      `The buildspec ${path} names a source that the build does not have`,
    );
  return read(await readInside(folder, path.slice(prefix.length)), path);
}

function read(text: string, location: string): LoadedBuildspec {
  const parsed = parseBuildspec(text, location);
  const lines = parsed.findings.map(formatFinding);
  if (parsed.kind === 'ok') return { spec: parsed.spec, location, warnings: lines };
  throw new BuildFailure('YAML_FILE_ERROR', allOf(lines), lines);
}

/** For the phase's context, which is kept with the build. Where one line is shown only, it holds the first error. */
function allOf(lines: readonly string[]): string {
  if (lines.length === 1) return `The buildspec has an error: ${lines[0]}`;
  const whole = `The buildspec has ${lines.length} errors: ${lines.join('\n')}`;
  if (whole.length <= MAX_MESSAGE) return whole;
  return `${whole.slice(0, MAX_MESSAGE).toWellFormed()}…\nThe log of the build has all of them.`;
}

async function readInside(source: string, path: string): Promise<string> {
  const missing = () => new BuildFailure('YAML_FILE_ERROR', `YAML file does not exist: ${path}`);
  if (leavesBase(path))
    throw new BuildFailure('YAML_FILE_ERROR', `The buildspec ${path} is outside of the source`);
  const real = await realpath(join(source, path)).catch(() => undefined);
  if (real === undefined) throw missing();
  if (!real.startsWith((await realpath(source)) + sep)) {
    throw new BuildFailure('YAML_FILE_ERROR', `The buildspec ${path} is outside of the source`);
  }
  const file = await open(real, 'r');
  try {
    if (!(await file.stat()).isFile()) throw missing();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function fetchText(
  arn: string,
  { s3, scope }: { readonly s3: S3Room; readonly scope: Scope },
): Promise<string> {
  const [bucket = '', ...key] = arn.replace(/^arn:[^:]+:s3:::/, '').split('/');
  try {
    const { body } = await s3.getObject(scope.account, { bucket, key: key.join('/') });
    return await firstBytes(body, MAX_BYTES);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new BuildFailure(
      'YAML_FILE_ERROR',
      `The buildspec ${arn} cannot be read: ${error.code}: ${error.message}`,
    );
  }
}

async function firstBytes(body: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes >= limit) break;
  }
  body.destroy();
  return Buffer.concat(chunks).toString('utf8');
}
