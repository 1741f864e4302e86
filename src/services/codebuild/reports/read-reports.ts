import { open } from 'node:fs/promises';
import {
  type ReportFormat,
  type ReportSpec,
  TEST_FORMATS,
  type TestFormat,
} from '../model/buildspec/types.ts';
import { BuildFailure } from '../work/failure.ts';
import { findFiles } from '../work/files.ts';
import { ReportError, type TestCaseRecord } from './cases.ts';
import { TEST_READERS } from './formats.ts';
import { type ReportStatus, type ReportSummary, statusOf, summarise } from './summary.ts';

export interface CaseWithFile extends TestCaseRecord {
  /** Relative to the report's base directory. */
  readonly file: string;
}

export interface ReadReport {
  readonly spec: ReportSpec;
  readonly status: ReportStatus;
  readonly summary: ReportSummary;
  readonly cases: readonly CaseWithFile[];
  /** What could not be read, and why. */
  readonly problems: readonly string[];
}

const MAX_FILE_BYTES = 64 * 2 ** 20;

/** Reads the files of one report. One that cannot be read makes it INCOMPLETE; undefined when there are no files. */
export async function readReportFiles(source: string, spec: ReportSpec): Promise<ReadReport | undefined> {
  const { format } = spec;
  if (!isTestFormat(format)) {
    return incomplete(
      spec,
      `code coverage (${format}) is not available yet: the formats of tests are read, ${TEST_FORMATS.join(', ')}`,
    );
  }
  const read = TEST_READERS[format];
  let files: Awaited<ReturnType<typeof findFiles>>['files'];
  try {
    ({ files } = await findFiles(source, spec));
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    return incomplete(spec, error.message);
  }
  if (files.length === 0) return undefined;
  const cases: CaseWithFile[] = [];
  const problems: string[] = [];
  for (const { file, path, stats } of files) {
    try {
      if (stats.size > MAX_FILE_BYTES) throw new ReportError(`larger than ${MAX_FILE_BYTES / 2 ** 20} MB`);
      for (const test of read(await text(file))) cases.push({ ...test, file: path });
    } catch (error) {
      if (!(error instanceof ReportError)) throw error;
      problems.push(`${path}: ${error.message}`);
    }
  }
  const summary = summarise(cases);
  return { spec, status: problems.length > 0 ? 'INCOMPLETE' : statusOf(summary), summary, cases, problems };
}

function isTestFormat(format: ReportFormat): format is TestFormat {
  return (TEST_FORMATS as readonly string[]).includes(format);
}

function incomplete(spec: ReportSpec, problem: string): ReadReport {
  return { spec, status: 'INCOMPLETE', summary: summarise([]), cases: [], problems: [problem] };
}

async function text(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const bytes = await file.readFile();
    // Some tools of Windows write UTF-16, and a mark before UTF-8.
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8';
    return bytes.toString(encoding).replace(/^\uFEFF/, '');
  } finally {
    await file.close();
  }
}
