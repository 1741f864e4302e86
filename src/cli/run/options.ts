import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Sandbox } from '../../kernel/sandbox/port.ts';
import { judgeImage } from '../../services/codebuild/local.ts';

/** As the command line gives them. The short names are those of AWS's own script for local builds. */
export interface RunOptions {
  readonly buildspec?: string;
  readonly image?: string;
  /** The folder, or `id:folder` for a secondary source. */
  readonly source?: readonly string[];
  readonly artifacts?: string;
  readonly reports?: string;
  /** `NAME=value`, or a file of such lines. */
  readonly env?: readonly string[];
  readonly configuration?: boolean;
  readonly profile?: string;
  readonly mount?: boolean;
  readonly privileged?: boolean;
  readonly agentImage?: string;
  readonly sandbox?: string;
  readonly json?: boolean;
}

/** What was asked for, checked. */
export interface RunRequest {
  readonly dir: string;
  readonly buildspec: string | undefined;
  readonly secondarySources: Readonly<Record<string, string>>;
  readonly artifacts: string | undefined;
  readonly reports: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Values that the output does not show. */
  readonly masks: readonly string[];
  readonly driver: 'auto' | Sandbox['driver'];
  readonly notes: readonly string[];
}

export type ReadOptions =
  | { readonly kind: 'ok'; readonly request: RunRequest }
  | { readonly kind: 'bad'; readonly problems: readonly string[] };

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const DRIVERS = ['process', 'bubblewrap', 'auto'];

/** Checks everything and tells all that is wrong. `caller` is the environment that `--configuration` takes keys from. */
export function readRunOptions(
  dir: string | undefined,
  options: RunOptions,
  caller: Readonly<Record<string, string | undefined>>,
): ReadOptions {
  const problems: string[] = [];
  const notes: string[] = [];
  const sources = readSources(dir, options.source ?? [], problems);
  const driver = options.sandbox ?? 'process';
  if (!DRIVERS.includes(driver)) problems.push(`there is no sandbox ${driver}: use process or bubblewrap`);
  if (options.image !== undefined) {
    const image = judgeImage(options.image, 'LINUX_CONTAINER');
    if (image.kind === 'refused') problems.push(`--image: ${LOCAL_IMAGES(options.image)}`);
    else notes.push(`The image ${options.image} is substituted by the tools of this machine.`);
  }
  if (options.privileged)
    problems.push('--privileged: a local run has no container that could be privileged');
  if (options.agentImage !== undefined)
    problems.push('--agent-image: a local run needs no agent, and so no image of one');
  const env = (options.env ?? []).flatMap((each) => readVariables(each, problems));
  const own = options.configuration || options.profile !== undefined ? ownConfiguration(caller) : {};
  if (problems.length > 0) return { kind: 'bad', problems };
  return {
    kind: 'ok',
    request: {
      ...sources,
      buildspec: options.buildspec,
      artifacts: options.artifacts === undefined ? undefined : resolve(options.artifacts),
      reports: options.reports === undefined ? undefined : resolve(options.reports),
      env: {
        ...own,
        ...(options.profile === undefined ? {} : { AWS_PROFILE: options.profile }),
        ...Object.fromEntries(env),
      },
      masks: SECRET.flatMap((name) => own[name] || []),
      driver: driver as RunRequest['driver'],
      notes,
    },
  };
}

const LOCAL_IMAGES = (image: string) =>
  `${image} cannot be run: a local run uses the tools of this machine, and stands in for aws/codebuild/… images only`;

function readSources(
  dir: string | undefined,
  sources: readonly string[],
  problems: string[],
): Pick<RunRequest, 'dir' | 'secondarySources'> {
  const secondarySources: Record<string, string> = {};
  const primary = dir === undefined ? [] : [dir];
  for (const source of sources) {
    const named = /^([A-Za-z0-9_]+):(.+)$/.exec(source);
    // A folder may have such a name too.
    if (!named || existsSync(source)) primary.push(source);
    else secondarySources[named[1] as string] = resolve(named[2] as string);
  }
  if (primary.length > 1) problems.push(`there can be one source only, not ${primary.join(' and ')}`);
  const folder = resolve(primary[0] ?? '.');
  for (const path of [folder, ...Object.values(secondarySources)]) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
      problems.push(`there is no folder ${path}`);
  }
  return { dir: folder, secondarySources };
}

/** `NAME=value`, or the lines of a file, whose comments begin with `#`. */
function readVariables(text: string, problems: string[]): [string, string][] {
  const at = text.indexOf('=');
  if (at > 0 && VARIABLE.test(text.slice(0, at))) return [[text.slice(0, at), text.slice(at + 1)]];
  if (!statSync(text, { throwIfNoEntry: false })?.isFile()) {
    problems.push(`--env takes name=value or a file of such lines, and ${text} is neither`);
    return [];
  }
  return readFileSync(text, 'utf8')
    .split(/\r?\n/)
    .flatMap((line, n): [string, string][] => {
      if (line.trim() === '' || line.trimStart().startsWith('#')) return [];
      const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) return [[name, value]];
      problems.push(`${text}:${n + 1}: error: not a line of the form NAME=value`);
      return [];
    });
}

const SECRET = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
const CONFIGURATION = [
  ...SECRET,
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ENDPOINT_URL',
];

/** The caller's own keys and endpoint, which builds see only when asked to. */
function ownConfiguration(caller: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    CONFIGURATION.flatMap((name) => (caller[name] === undefined ? [] : [[name, caller[name]]])),
  ) as Record<string, string>;
}
