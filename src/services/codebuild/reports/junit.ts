import {
  CaseList,
  type CaseStatus,
  joinMessage,
  ReportError,
  secondsToNanos,
  type TestCaseRecord,
} from './cases.ts';
import { attribute, childrenOf, nameOf, parseXml, textOf, walk, type XmlNode } from './xml.ts';

/** The cases of a JUnit file: `testsuites`, nested `testsuite`s or a single one. */
export function parseJUnit(xml: string): readonly TestCaseRecord[] {
  const tops = parseXml(xml).filter((node) => nameOf(node) === 'testsuites' || nameOf(node) === 'testsuite');
  if (tops.length === 0) throw new ReportError('not a JUnit file: there is no testsuites or testsuite in it');
  const list = new CaseList();
  for (const top of tops) {
    walk(top, (node, parents) => {
      if (nameOf(node) === 'testcase') list.add(caseOf(node, suiteOf(parents)));
      return nameOf(node) === 'testsuites' || nameOf(node) === 'testsuite';
    });
  }
  return list.cases;
}

/** The innermost suite that has a name. */
function suiteOf(parents: readonly XmlNode[]): string {
  const suite = parents.findLast((node) => nameOf(node) === 'testsuite' && attribute(node, 'name') !== '');
  return suite ? attribute(suite, 'name') : '';
}

const OUTCOMES: readonly (readonly [string, CaseStatus])[] = [
  ['error', 'ERROR'],
  ['failure', 'FAILED'],
  ['skipped', 'SKIPPED'],
];

function caseOf(node: XmlNode, suite: string): TestCaseRecord {
  const children = childrenOf(node);
  const outcome = OUTCOMES.map(([kind, status]) => ({
    status,
    node: children.find((child) => nameOf(child) === kind),
  })).find((candidate) => candidate.node);
  return {
    name: attribute(node, 'name'),
    prefix: attribute(node, 'classname'),
    suite,
    status: outcome?.status ?? 'SUCCEEDED',
    durationNanoSeconds: secondsToNanos(attribute(node, 'time')),
    message: outcome?.node ? joinMessage(attribute(outcome.node, 'message'), textOf(outcome.node)) : '',
  };
}
