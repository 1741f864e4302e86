import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BuildFailure,
  type BuildPlan,
  fillIn,
  findFiles,
  type ReportSpec,
  readReportFiles,
  summaryLine,
} from '../../services/codebuild/local.ts';
import { copyArtifacts } from './copy-artifacts.ts';
import type { LocalProgress } from './progress.ts';

export interface Collected {
  readonly reports: readonly LocalReport[];
  readonly artifacts?: { readonly dir: string; readonly files: number };
}

export interface LocalReport {
  readonly group: string;
  /** `MISSING` when there are no files. */
  readonly status: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface CollectOptions {
  readonly source: string;
  readonly artifacts: string | undefined;
  readonly reports: string | undefined;
  readonly say: (line: string) => void;
}

/** Reports are read, and artifacts and reports copied, as the platform would, also after a failure. */
export async function collectLocally(
  options: CollectOptions,
  plan: BuildPlan,
  progress: LocalProgress,
): Promise<Collected> {
  if (!progress.collects) return { reports: [] };
  const { source, say } = options;
  const specs = fillIn(plan, progress.expanded);
  const reports: LocalReport[] = [];
  for (const spec of specs.reports) reports.push(await takeReport(options, spec));
  const { artifacts: dir } = options;
  if (dir === undefined || specs.artifacts === undefined) {
    progress.collected();
    return { reports };
  }
  try {
    await mkdir(dir, { recursive: true });
    const files = await copyArtifacts(source, specs.artifacts, dir, say);
    say(`${files} artifact file(s) in ${dir}`);
    progress.collected();
    return { reports, artifacts: { dir, files } };
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    say(`Artifacts: ${error.message}`);
    progress.collected(error.context);
    return { reports };
  }
}

const SHOWN_LINES = 5;

async function takeReport({ source, reports, say }: CollectOptions, spec: ReportSpec): Promise<LocalReport> {
  const report = await readReportFiles(source, spec);
  if (!report) {
    say(`Report ${spec.group}: no files found`);
    return { group: spec.group, status: 'MISSING', total: 0, counts: {} };
  }
  for (const problem of report.problems) say(`Report ${spec.group}: ${problem}`);
  say(`Report ${spec.group} ${report.status}: ${summaryLine(report.summary)}`);
  for (const test of report.cases) {
    if (test.status !== 'FAILED' && test.status !== 'ERROR') continue;
    say(`  ${test.status} ${[test.prefix, test.name].filter(Boolean).join(' ')}`);
    for (const line of test.message.split('\n').slice(0, SHOWN_LINES)) say(`    ${line}`);
  }
  if (reports !== undefined) await copyReport(source, spec, join(reports, folderOf(spec.group)));
  const { total, counts } = report.summary;
  return { group: spec.group, status: report.status, total, counts };
}

/** The files as they are, in a folder for each group. */
async function copyReport(source: string, spec: ReportSpec, into: string): Promise<void> {
  const { files } = await findFiles(source, spec).catch((error: unknown) => {
    if (!(error instanceof BuildFailure)) throw error;
    return { files: [] };
  });
  for (const { path, file } of files) {
    const to = join(into, path);
    await mkdir(dirname(to), { recursive: true });
    await rm(to, { force: true });
    await copyFile(file, to);
  }
}

/** A group may be named by its ARN. */
function folderOf(group: string): string {
  return group.slice(group.lastIndexOf('/') + 1);
}
