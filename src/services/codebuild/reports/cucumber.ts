import { CaseList, type CaseStatus, nanosOf, ReportError, type TestCaseRecord } from './cases.ts';

type Json = Readonly<Record<string, unknown>>;

/** Cucumber's JSON: features with scenarios; a scenario is a case, and the background before it belongs to it. */
export function parseCucumber(text: string): readonly TestCaseRecord[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ReportError(`not valid JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(document)) throw new ReportError('not a Cucumber file: it must be a list of features');
  const list = new CaseList();
  for (const feature of objects(document)) {
    let before: readonly Json[] = [];
    for (const element of objects(feature['elements'])) {
      const steps = [
        ...objects(element['before']),
        ...objects(element['steps']),
        ...objects(element['after']),
      ];
      if (element['type'] === 'background') {
        before = steps;
        continue;
      }
      list.add(caseOf(feature, element, [...before, ...steps]));
      before = [];
    }
  }
  return list.cases;
}

function caseOf(feature: Json, element: Json, steps: readonly Json[]): TestCaseRecord {
  const results = steps.map((step) => ({ step, result: object(step['result']) }));
  const failed = results.find(({ result }) => FAILURES.includes(string(result['status'])));
  const duration = results.reduce((sum, { result }) => sum + (Number(result['duration']) || 0), 0);
  const what = failed && `${string(failed.step['keyword'])}${string(failed.step['name'])}`.trim();
  return {
    name: string(element['name']) || string(element['id']),
    prefix: string(feature['uri']),
    suite: string(feature['name']),
    status: failed ? 'FAILED' : statusOf(results.map(({ result }) => string(result['status']))),
    durationNanoSeconds: nanosOf(duration),
    message: failed ? [what, string(failed.result['error_message'])].filter(Boolean).join('\n') : '',
  };
}

const FAILURES: readonly string[] = ['failed', 'ambiguous'];

/** A step that is pending, undefined or skipped leaves its scenario undecided. */
function statusOf(statuses: readonly string[]): CaseStatus {
  return statuses.every((status) => status === 'passed') ? 'SUCCEEDED' : 'SKIPPED';
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function string(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : '';
}
