import { FILE_SET_KEYS, readFileSet } from './file-set.ts';
import type { Entry, Reader, Spot } from './reader.ts';
import { COVERAGE_FORMATS, type ReportFormat, type ReportSpec, TEST_FORMATS } from './types.ts';

const MAX_GROUPS = 5;
const FORMATS: readonly string[] = [...TEST_FORMATS, ...COVERAGE_FORMATS];

/** `reports` (C5.1, C5.2). */
export function readReports(reader: Reader, spot: Spot | undefined): readonly ReportSpec[] {
  if (!spot) return [];
  const entries = reader.map(spot) ?? [];
  if (entries.length > MAX_GROUPS) {
    reader.error(spot, `there are ${entries.length} report groups`, `at most ${MAX_GROUPS} are allowed`);
  }
  return entries.flatMap((entry) => readReport(reader, entry) ?? []);
}

function readReport(reader: Reader, group: Entry): ReportSpec | undefined {
  if (
    !/^arn:[^:]+:codebuild:[^:]*:\d{12}:report-group\/.+$/.test(group.key) &&
    !/^[\w-]{1,100}$/.test(group.key)
  ) {
    reader.error(
      group,
      `"${group.key}" is no report group`,
      'a name of letters, digits, - and _, or its ARN',
    );
  }
  const entries = reader.map(group, [...FILE_SET_KEYS, 'file-format']);
  if (!entries) return undefined;
  const format = entries.find((entry) => entry.key === 'file-format');
  return {
    group: group.key,
    ...readFileSet(reader, group, entries),
    format: format ? readFormat(reader, format) : 'JUNITXML',
  };
}

function readFormat(reader: Reader, spot: Spot): ReportFormat {
  const text = reader.text(spot);
  if (text === undefined) return 'JUNITXML';
  const format = text.toUpperCase();
  if (FORMATS.includes(format)) return format as ReportFormat;
  reader.error(spot, `file-format ${text} is not known`, `one of ${FORMATS.join(', ')}`);
  return 'JUNITXML';
}
