import { CaseList, type CaseStatus, joinMessage, secondsToNanos, type TestCaseRecord } from './cases.ts';
import { attribute, childNamed, nameOf, textOf, topElement, walk, type XmlNode } from './xml.ts';

/** NUnit 2: `test-results` with suites that keep their cases in `results`. */
export function parseNUnit2(xml: string): readonly TestCaseRecord[] {
  return readCases(topElement(xml, 'NUNITXML', 'test-results'), (node, suite) => {
    const full = attribute(node, 'name');
    // Arguments may hold dots too: the name is what stands behind the last one before them.
    const dot = full.split('(')[0]?.lastIndexOf('.') ?? -1;
    return {
      name: full.slice(dot + 1),
      prefix: full.slice(0, Math.max(0, dot)),
      suite,
      status: statusOf2(node),
      durationNanoSeconds: secondsToNanos(attribute(node, 'time')),
      message: messageOf(node),
    };
  });
}

/** NUnit 3: `test-run` with nested suites. */
export function parseNUnit3(xml: string): readonly TestCaseRecord[] {
  return readCases(topElement(xml, 'NUNIT3XML', 'test-run'), (node, suite) => ({
    name: attribute(node, 'name'),
    prefix: attribute(node, 'classname'),
    suite,
    status: statusOf3(node),
    durationNanoSeconds: secondsToNanos(attribute(node, 'duration')),
    message: messageOf(node),
  }));
}

function readCases(
  top: XmlNode,
  read: (node: XmlNode, suite: string) => TestCaseRecord,
): readonly TestCaseRecord[] {
  const list = new CaseList();
  walk(top, (node, parents) => {
    if (nameOf(node) !== 'test-case') return true;
    const suite = parents.findLast((parent) => nameOf(parent) === 'test-suite');
    list.add(read(node, suite ? attribute(suite, 'name') : ''));
    return false;
  });
  return list.cases;
}

/** Files older than 2.5 have no `result`. */
function statusOf2(node: XmlNode): CaseStatus {
  switch (attribute(node, 'result')) {
    case 'Success':
      return 'SUCCEEDED';
    case 'Failure':
      return 'FAILED';
    case 'Error':
    case 'NotRunnable':
    case 'Cancelled':
      return 'ERROR';
    case '':
      if (attribute(node, 'executed').toLowerCase() === 'false') return 'SKIPPED';
      return attribute(node, 'success').toLowerCase() === 'true' ? 'SUCCEEDED' : 'FAILED';
    default:
      return 'SKIPPED';
  }
}

function statusOf3(node: XmlNode): CaseStatus {
  switch (attribute(node, 'result')) {
    case 'Passed':
    case 'Warning':
      return 'SUCCEEDED';
    case 'Failed':
      return ['Error', 'Invalid', 'Cancelled'].includes(attribute(node, 'label')) ? 'ERROR' : 'FAILED';
    default:
      return 'SKIPPED';
  }
}

function messageOf(node: XmlNode): string {
  const failure = childNamed(node, 'failure');
  if (!failure) return textOf(childNamed(childNamed(node, 'reason'), 'message'));
  return joinMessage(textOf(childNamed(failure, 'message')), textOf(childNamed(failure, 'stack-trace')));
}
