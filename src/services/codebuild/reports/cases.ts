/** What the readers of all formats answer (C5.3). */
export type CaseStatus = 'SUCCEEDED' | 'FAILED' | 'ERROR' | 'SKIPPED';

export interface TestCaseRecord {
  readonly name: string;
  /** The class. */
  readonly prefix: string;
  readonly suite: string;
  readonly status: CaseStatus;
  readonly durationNanoSeconds: number;
  readonly message: string;
}

/** Why a file cannot be taken in; the message is for people. */
export class ReportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReportError';
  }
}

const MAX_CASES = 100_000;
const MAX_NAME = 1_000;
const MAX_MESSAGE = 5_000;

/** Takes the cases of one file, in their order and within bounds. */
export class CaseList {
  readonly cases: TestCaseRecord[] = [];

  add(test: TestCaseRecord): void {
    if (this.cases.length >= MAX_CASES) throw new ReportError(`there are more than ${MAX_CASES} test cases`);
    this.cases.push({
      ...test,
      name: test.name.slice(0, MAX_NAME),
      prefix: test.prefix.slice(0, MAX_NAME),
      suite: test.suite.slice(0, MAX_NAME),
      message: test.message.slice(0, MAX_MESSAGE),
    });
  }
}

/** Seconds as test tools write them (`1,234.5` too). */
export function secondsToNanos(text: string): number {
  return nanosOf(Number(text.replaceAll(',', '')) * 1e9);
}

export function nanosOf(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) && nanoseconds > 0 ? Math.round(nanoseconds) : 0;
}

/** A message and where it came from, without saying anything twice. */
export function joinMessage(message: string, details: string): string {
  if (message === '' || details.includes(message)) return details === '' ? message : details;
  return details === '' ? message : `${message}\n${details}`;
}
