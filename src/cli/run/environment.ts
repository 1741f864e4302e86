import { homedir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import type { Sandbox } from '../../kernel/sandbox/port.ts';
import { type Buildspec, GIT_CREDENTIAL_HELPER, toolPath } from '../../services/codebuild/local.ts';

const KEPT = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

export interface LocalPlaces {
  readonly source: string;
  readonly secondarySources: Readonly<Record<string, string>>;
  /** A folder of this run alone. */
  readonly folder: string;
}

/** Variables of a local build: as on the platform, with this machine's tools and home. */
export function localEnvironment(
  { source, secondarySources, folder }: LocalPlaces,
  spec: Buildspec,
  given: Readonly<Record<string, string>>,
  driver: Sandbox['driver'],
  run: { readonly key: string; readonly startTime: number },
): Readonly<Record<string, string>> {
  const shut = driver === 'bubblewrap';
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const id = `${basename(source)}:${run.key}`;
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const folders = Object.entries(secondarySources).map(([name, path]) => [`CODEBUILD_SRC_DIR_${name}`, path]);
  return {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(kept),
    PATH: shut ? toolPath(process.env['PATH']).path : (process.env['PATH'] ?? ''),
    HOME: shut ? join(folder, 'control') : homedir(),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...(spec.gitCredentialHelper ? GIT_CREDENTIAL_HELPER : {}),
    ...spec.variables,
    ...given,
    ...Object.fromEntries(folders),
    CODEBUILD_BUILD_ARN: `arn:aws:codebuild:${region}:000000000000:build/${id}`,
    CODEBUILD_BUILD_ID: id,
    CODEBUILD_BUILD_IMAGE: 'local',
    CODEBUILD_BUILD_NUMBER: '1',
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_CI: 'true',
    CODEBUILD_INITIATOR: userInfo().username,
    CODEBUILD_LOG_PATH: 'local',
    CODEBUILD_SRC_DIR: source,
    CODEBUILD_START_TIME: String(run.startTime),
  };
}
