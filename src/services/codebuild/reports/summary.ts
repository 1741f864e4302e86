import type { CaseStatus, TestCaseRecord } from './cases.ts';

/** Totals of a report (C5.3). */
export interface ReportSummary {
  readonly total: number;
  readonly counts: Readonly<Record<CaseStatus | 'UNKNOWN', number>>;
  readonly durationNanoSeconds: number;
}

export type ReportStatus = 'SUCCEEDED' | 'FAILED' | 'INCOMPLETE';

export function summarise(cases: readonly TestCaseRecord[]): ReportSummary {
  const counts = { SUCCEEDED: 0, FAILED: 0, ERROR: 0, SKIPPED: 0, UNKNOWN: 0 };
  let durationNanoSeconds = 0;
  for (const test of cases) {
    counts[test.status]++;
    durationNanoSeconds += test.durationNanoSeconds;
  }
  return { total: cases.length, counts, durationNanoSeconds };
}

export function statusOf(summary: ReportSummary): ReportStatus {
  return summary.counts.FAILED + summary.counts.ERROR > 0 ? 'FAILED' : 'SUCCEEDED';
}

/** `3 tests: 2 passed, 1 failed (66.7 %)`. */
export function summaryLine({ total, counts }: ReportSummary): string {
  const words = [
    `${counts.SUCCEEDED} passed`,
    ...(counts.FAILED > 0 ? [`${counts.FAILED} failed`] : []),
    ...(counts.ERROR > 0 ? [`${counts.ERROR} in error`] : []),
    ...(counts.SKIPPED > 0 ? [`${counts.SKIPPED} skipped`] : []),
  ];
  const rate = total === 0 ? '' : ` (${((100 * counts.SUCCEEDED) / total).toFixed(1)} %)`;
  return `${total} test${total === 1 ? '' : 's'}: ${words.join(', ')}${rate}`;
}
