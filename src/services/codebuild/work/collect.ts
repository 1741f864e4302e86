import type { Scope } from '../../../kernel/scope.ts';
import { announceReportGroup } from '../announce.ts';
import type { FoundBuild } from '../builds.ts';
import type { BuildInput } from '../model/build/inputs.ts';
import { failedPhase, type PhaseContext, type UploadedArtifact } from '../model/build/state.ts';
import type { ReportSpec } from '../model/buildspec/types.ts';
import { fillIn } from '../model/expansions.ts';
import { type CodeBuildParts, uuidOf, workFolder } from '../parts.ts';
import { readReportFiles } from '../reports/read-reports.ts';
import { groupExists, groupNameFor, groupOfArn, reportArn, writeReport } from '../reports/store.ts';
import { summaryLine } from '../reports/summary.ts';
import { uploadArtifacts } from './artifacts.ts';
import { openBuildLog } from './build-log.ts';
import type { BuildPlan } from './build-plan.ts';
import { saveCache } from './cache/save.ts';
import { BuildFailure } from './failure.ts';
import { logStream } from './prepare.ts';

type Collected = BuildInput & { readonly kind: 'collected' };

/** Takes in reports and artifacts, also of a build that failed (C1.3, C5.4). Nothing of the build runs any more. */
export async function collectBuild(
  parts: CodeBuildParts,
  scope: Scope,
  build: FoundBuild,
): Promise<Collected> {
  const { kernel } = parts;
  const plan = JSON.parse(build.row.plan as string) as BuildPlan;
  const { artifacts, reports } = fillIn(plan, build.state.expanded);
  const folders = workFolder(kernel, build.row.id);
  const { source } = folders;
  const log = await openBuildLog(kernel, await logStream(parts, scope, build));
  try {
    const reportArns: string[] = [];
    for (const spec of reports) {
      const arn = await takeReport(parts, scope, build, spec, source, log.say);
      if (arn !== undefined) reportArns.push(arn);
    }
    await log.say('Expanding base directory path and file paths for artifacts');
    let uploaded: readonly UploadedArtifact[] = [];
    let failure: PhaseContext | undefined;
    try {
      uploaded = await uploadArtifacts(parts, scope, build, artifacts, source, log.say);
    } catch (error) {
      if (!(error instanceof BuildFailure)) throw error;
      failure = error.context;
    }
    // Half of what a command was to bring would be kept for good.
    if (plan.cache?.saves && !failure && !failedPhase(build.state))
      await saveCache(parts, scope, plan.cache, folders, log.say);
    await log.say(`Phase complete: UPLOAD_ARTIFACTS State: ${failure ? 'FAILED' : 'SUCCEEDED'}`);
    await log.say(
      `Phase context status code: ${failure?.statusCode ?? ''} Message: ${failure?.message ?? ''}`,
    );
    return { kind: 'collected', artifacts: uploaded, reportArns, ...(failure ? { failure } : {}) };
  } finally {
    await log.close();
  }
}

async function takeReport(
  parts: CodeBuildParts,
  scope: Scope,
  build: FoundBuild,
  spec: ReportSpec,
  source: string,
  say: (line: string) => Promise<void>,
): Promise<string | undefined> {
  const { database, clock } = parts.kernel;
  const group = groupNameFor(scope, build.state.facts.project, spec.group);
  const byArn = spec.group.startsWith('arn:');
  if (
    byArn &&
    (groupOfArn(scope, spec.group) === undefined || !(await groupExists(database.read, scope, group)))
  ) {
    await say(`Report group ${spec.group} does not exist: its report is left out`);
    return undefined;
  }
  const report = await readReportFiles(source, spec);
  if (!report) {
    await say(`No report files found for ${spec.group}`);
    return undefined;
  }
  const id = uuidOf(build.row.id);
  const place = { group, id, buildId: build.row.id };
  await database.transaction(async (tx) => {
    await writeReport(tx, scope, report, place, clock.now());
    announceReportGroup(parts.kernel, tx, scope, group);
  });
  for (const problem of report.problems) await say(`Report ${spec.group}: ${problem}`);
  await say(`Report ${group} ${report.status}: ${summaryLine(report.summary)}`);
  return reportArn(scope, group, id);
}
