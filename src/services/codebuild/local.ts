/**
 * The parts of a build that need no server: what `pipewright run` is made of. The same parser, scripts and state machine
 * as on the platform (C8.3).
 */
export { decideBuild } from './model/build/decide.ts';
export type { BuildInput, ScriptReport } from './model/build/inputs.ts';
export type { BuildState, PhaseContext } from './model/build/state.ts';
export type { ArtifactSpec, ArtifactsSpec, Buildspec, ReportSpec } from './model/buildspec/types.ts';
export { fillIn } from './model/expansions.ts';
export { GIT_CREDENTIAL_HELPER } from './model/git-credentials.ts';
export { judgeImage } from './model/images.ts';
export { chooseUser } from './model/user.ts';
export { readReportFiles } from './reports/read-reports.ts';
export { summaryLine } from './reports/summary.ts';
export { type BuildPlan, planBuild, preambleLines } from './work/build-plan.ts';
export { type LoadedBuildspec, loadBuildspec } from './work/buildspec-file.ts';
export { BuildFailure } from './work/failure.ts';
export { findFiles } from './work/files.ts';
export { clearOrders, orderStop } from './work/orders.ts';
export { readReport } from './work/reports-in.ts';
export { toolPath } from './work/tool-path.ts';
