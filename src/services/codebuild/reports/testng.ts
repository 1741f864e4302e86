import { CaseList, type CaseStatus, joinMessage, nanosOf, type TestCaseRecord } from './cases.ts';
import { attribute, childNamed, nameOf, textOf, topElement, walk, type XmlNode } from './xml.ts';

const STATUSES: Readonly<Record<string, CaseStatus>> = {
  PASS: 'SUCCEEDED',
  FAIL: 'FAILED',
  SKIP: 'SKIPPED',
};

/** TestNG: `testng-results`, suites, tests, classes, methods. Methods that only set up or clean up are no tests. */
export function parseTestNG(xml: string): readonly TestCaseRecord[] {
  const list = new CaseList();
  walk(topElement(xml, 'TESTNGXML', 'testng-results'), (node, parents) => {
    if (nameOf(node) !== 'test-method') return nameOf(node) !== 'groups';
    if (attribute(node, 'is-config') === 'true') return false;
    const inside = (name: string) => parents.findLast((parent) => nameOf(parent) === name);
    const [owner, test] = [inside('class'), inside('test')];
    list.add({
      name: attribute(node, 'name'),
      prefix: owner ? attribute(owner, 'name') : '',
      suite: test ? attribute(test, 'name') : '',
      status: STATUSES[attribute(node, 'status')] ?? 'ERROR',
      durationNanoSeconds: nanosOf(Number(attribute(node, 'duration-ms')) * 1e6),
      message: messageOf(node),
    });
    return false;
  });
  return list.cases;
}

function messageOf(node: XmlNode): string {
  const exception = childNamed(node, 'exception');
  if (!exception) return '';
  const trace = textOf(childNamed(exception, 'full-stacktrace'));
  return joinMessage(textOf(childNamed(exception, 'message')) || attribute(exception, 'class'), trace);
}
