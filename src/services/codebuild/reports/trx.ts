import { CaseList, type CaseStatus, joinMessage, nanosOf, type TestCaseRecord } from './cases.ts';
import { attribute, childNamed, nameOf, textOf, topElement, walk, type XmlNode } from './xml.ts';

const STATUSES: Readonly<Record<string, CaseStatus>> = {
  Passed: 'SUCCEEDED',
  PassedButRunAborted: 'SUCCEEDED',
  Completed: 'SUCCEEDED',
  Warning: 'SUCCEEDED',
  Failed: 'FAILED',
  Timeout: 'FAILED',
  Aborted: 'FAILED',
  Error: 'ERROR',
};

/** Visual Studio's `TestRun`: results, and definitions that tell their classes. Of rows of data each is a case. */
export function parseTrx(xml: string): readonly TestCaseRecord[] {
  const top = topElement(xml, 'VISUALSTUDIOTRX', 'TestRun');
  const classes = new Map<string, string>();
  walk(top, (node) => {
    if (nameOf(node) !== 'UnitTest') return true;
    const method = childNamed(node, 'TestMethod');
    // Some tools write the assembly behind the name.
    if (method) classes.set(attribute(node, 'id'), attribute(method, 'className').split(',')[0] as string);
    return false;
  });
  const list = new CaseList();
  const suite = attribute(top, 'name');
  walk(top, (node) => {
    if (!/^(UnitTest|GenericTest|Test)Result(Aggregation)?$/.test(nameOf(node) as string)) return true;
    if (childNamed(node, 'InnerResults')) return true;
    list.add({
      name: attribute(node, 'testName'),
      prefix: classes.get(attribute(node, 'testId')) ?? '',
      suite,
      // What was left out, or not decided, did neither pass nor fail; a result that says nothing did fail.
      status: STATUSES[attribute(node, 'outcome') || 'Failed'] ?? 'SKIPPED',
      durationNanoSeconds: duration(attribute(node, 'duration')),
      message: messageOf(node),
    });
    return false;
  });
  return list.cases;
}

/** `00:00:01.2345678` */
function duration(text: string): number {
  const [hours, minutes, seconds] = text.split(':').map(Number);
  return nanosOf(((hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1e9);
}

function messageOf(node: XmlNode): string {
  const info = childNamed(childNamed(node, 'Output'), 'ErrorInfo');
  return joinMessage(textOf(childNamed(info, 'Message')), textOf(childNamed(info, 'StackTrace')));
}
