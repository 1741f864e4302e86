/** A buildspec as the user wrote it, checked. Frozen plain data. Source: buildspec reference; rules C1.1 to C1.11, C5. */
export interface Buildspec {
  readonly version: '0.1' | '0.2';
  readonly shell: 'bash' | 'sh';
  /** The Linux user that commands run as, unless their phase names another; `root` counts as none. */
  readonly runAs: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly parameterStore: Readonly<Record<string, string>>;
  readonly secretsManager: Readonly<Record<string, string>>;
  readonly exportedVariables: readonly string[];
  readonly gitCredentialHelper: boolean;
  /** In the order they run; phases that the file leaves out are left out. */
  readonly phases: readonly PhaseSpec[];
  readonly reports: readonly ReportSpec[];
  readonly artifacts: ArtifactsSpec | undefined;
  readonly cache: CacheSpec | undefined;
  /** What is accepted but changes nothing here, each a sentence for the log. */
  readonly notes: readonly string[];
}

export const PHASE_NAMES = ['install', 'pre_build', 'build', 'post_build'] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

export interface PhaseSpec {
  readonly name: PhaseName;
  readonly commands: readonly string[];
  readonly finally: readonly string[];
  readonly onFailure: OnFailure;
  readonly runAs: string | undefined;
}

/** What happens after a failed phase. `default`: INSTALL and PRE_BUILD end the build, BUILD goes on with POST_BUILD. */
export type OnFailure =
  | { readonly kind: 'default' }
  | { readonly kind: 'abort' }
  | { readonly kind: 'continue' }
  /** The whole build again, up to `count` times, when the failure's message matches. */
  | { readonly kind: 'retry'; readonly count: number; readonly pattern: string };

export interface FileSet {
  readonly files: readonly string[];
  readonly excludePaths: readonly string[];
  readonly baseDirectory: string | undefined;
  readonly discardPaths: boolean;
}

export interface CacheSpec {
  /** Undefined: one cache for the project. */
  readonly key: string | undefined;
  /** Beginnings of keys, tried in order when the key itself is not there. */
  readonly fallbackKeys: readonly string[];
  readonly paths: readonly CachePath[];
  readonly restores: boolean;
  readonly saves: boolean;
}

export interface CachePath {
  readonly root: 'src' | 'home';
  readonly pattern: string;
}

export const TEST_FORMATS = [
  'JUNITXML',
  'CUCUMBERJSON',
  'NUNITXML',
  'NUNIT3XML',
  'TESTNGXML',
  'VISUALSTUDIOTRX',
] as const;
export type TestFormat = (typeof TEST_FORMATS)[number];
export const COVERAGE_FORMATS = ['CLOVERXML', 'COBERTURAXML', 'JACOCOXML', 'SIMPLECOV'] as const;
export type ReportFormat = TestFormat | (typeof COVERAGE_FORMATS)[number];

export interface ReportSpec extends FileSet {
  /** A plain name (the group is then `<project>-<name>`) or the ARN of a report group. */
  readonly group: string;
  readonly format: ReportFormat;
}

export interface ArtifactSpec extends FileSet {
  /** Evaluated by the shell, used with `overrideArtifactName`. */
  readonly name: string | undefined;
  /** Stands before the build's id in keys that have one. */
  readonly s3Prefix: string | undefined;
  /** Symbolic links go into a zip as links instead of as what they point at. */
  readonly enableSymlinks: boolean;
}

export interface ArtifactsSpec extends ArtifactSpec {
  readonly secondary: readonly (ArtifactSpec & { readonly identifier: string })[];
}
