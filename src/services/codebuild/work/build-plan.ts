import type { PhaseRetry, PhaseType } from '../model/build/state.ts';
import type { Buildspec } from '../model/buildspec/types.ts';
import { type CollectSpec, findExpansions } from '../model/expansions.ts';
import { generateScripts, type Scripts } from '../script/generate.ts';
import { planPhases, type ScriptPhase } from '../script/plan.ts';
import type { CachePlan } from './cache/restore.ts';

/** What is kept of a buildspec while its commands run, to understand their reports and to collect what they leave. */
export interface BuildPlan extends CollectSpec {
  readonly phases: readonly ScriptPhase[];
  readonly exported: readonly string[];
  readonly expansions: readonly string[];
  readonly retries: readonly PhaseRetry[];
  /** Phases whose failure does not fail the build. */
  readonly tolerates: readonly PhaseType[];
  readonly cache?: CachePlan;
}

/** The plan of a buildspec and the scripts that carry it out. */
export function planBuild(
  spec: Buildspec,
  preamble: readonly string[],
): { plan: BuildPlan; scripts: Scripts } {
  const phases = planPhases(spec.phases);
  const collect = { artifacts: spec.artifacts, reports: spec.reports };
  const expansions = findExpansions(collect);
  const scripts = generateScripts({
    shell: spec.shell,
    ownShells: spec.version === '0.1',
    phases,
    preamble,
    exported: spec.exportedVariables,
    expansions,
  });
  const retries = spec.phases.flatMap(({ name, onFailure }) =>
    onFailure.kind === 'retry'
      ? [{ phase: name.toUpperCase() as PhaseType, count: onFailure.count, pattern: onFailure.pattern }]
      : [],
  );
  return {
    plan: {
      ...collect,
      phases,
      exported: spec.exportedVariables,
      expansions: expansions.map(({ id }) => id),
      retries,
      tolerates: spec.phases
        .filter(({ onFailure }) => onFailure.kind === 'continue')
        .map(({ name }) => name.toUpperCase() as PhaseType),
    },
    scripts,
  };
}

/** The lines that AWS's agent writes before the first phase. */
export function preambleLines(options: {
  readonly source: string;
  readonly location: string;
  readonly spec: Buildspec;
  readonly notes: readonly string[];
}): readonly string[] {
  const { spec } = options;
  return [
    'Phase is DOWNLOAD_SOURCE',
    `CODEBUILD_SRC_DIR=${options.source}`,
    `YAML location is ${options.location}`,
    'Processing environment variables',
    ...options.notes,
    ...spec.notes,
    `Phases found in YAML: ${spec.phases.length}`,
    ...spec.phases.map(
      ({ name, commands }) =>
        ` ${name.toUpperCase()}: ${commands.length} command${commands.length === 1 ? '' : 's'}`,
    ),
    'Phase complete: DOWNLOAD_SOURCE State: SUCCEEDED',
    'Phase context status code:  Message: ',
  ];
}
