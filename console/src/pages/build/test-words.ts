import type { TestReportSummary } from '@aws-sdk/client-codebuild';
import { durationInWords } from '../../ui/duration.ts';

/** `12 tests, 11 succeeded, 1 failed, in 3 s`. */
export function testsInWords(summary: TestReportSummary | undefined): string {
  if (summary === undefined) return 'no summary';
  const total = summary.total ?? 0;
  const counts = Object.entries(summary.statusCounts ?? {})
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status.toLowerCase()}`);
  const took = durationInWords((summary.durationInNanoSeconds ?? 0) / 1_000_000);
  return [`${total} ${total === 1 ? 'test' : 'tests'}`, ...counts, `in ${took}`].join(', ');
}
