import { XMLParser } from 'fast-xml-parser';

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

const MAX_DEPTH = 64;
const MAX_CASES = 100_000;
const MAX_NAME = 1_000;
const MAX_MESSAGE = 5_000;

/**
 * The cases of a JUnit file (C5.3): `testsuites`, nested `testsuite`s or a single one. Entities are never expanded: a
 * file that declares some is refused.
 */
export function parseJUnit(xml: string): readonly TestCaseRecord[] {
  if (/<!ENTITY/i.test(xml)) throw new ReportError('the file declares XML entities, which are not read');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    preserveOrder: true,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    cdataPropName: '#cdata',
    trimValues: false,
  });
  let root: readonly XmlNode[];
  try {
    root = parser.parse(xml, true) as readonly XmlNode[];
  } catch (error) {
    throw new ReportError(`not valid XML: ${(error as Error).message}`);
  }
  const cases: TestCaseRecord[] = [];
  const tops = root.filter((node) => nameOf(node) === 'testsuites' || nameOf(node) === 'testsuite');
  if (tops.length === 0) throw new ReportError('not a JUnit file: there is no testsuites or testsuite in it');
  for (const top of tops) visit(top, '', 0, cases);
  return cases;
}

type XmlNode = Readonly<Record<string, unknown>>;

function visit(node: XmlNode, suite: string, depth: number, cases: TestCaseRecord[]): void {
  if (depth > MAX_DEPTH) throw new ReportError('test suites are nested too deeply');
  const name = attribute(node, 'name');
  const own = nameOf(node) === 'testsuite' && name !== '' ? name : suite;
  for (const child of childrenOf(node)) {
    const kind = nameOf(child);
    if (kind === 'testcase') {
      if (cases.length >= MAX_CASES) throw new ReportError(`there are more than ${MAX_CASES} test cases`);
      cases.push(caseOf(child, own));
    } else if (kind === 'testsuite') visit(child, own, depth + 1, cases);
  }
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
  const seconds = Number(attribute(node, 'time').replaceAll(',', ''));
  return {
    name: attribute(node, 'name').slice(0, MAX_NAME),
    prefix: attribute(node, 'classname').slice(0, MAX_NAME),
    suite: suite.slice(0, MAX_NAME),
    status: outcome?.status ?? 'SUCCEEDED',
    durationNanoSeconds: Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1e9) : 0,
    message: outcome?.node ? messageOf(outcome.node).slice(0, MAX_MESSAGE) : '',
  };
}

function messageOf(node: XmlNode): string {
  const message = attribute(node, 'message');
  const text = textOf(node).trim();
  if (message === '' || text.includes(message)) return text === '' ? message : text;
  return text === '' ? message : `${message}\n${text}`;
}

function nameOf(node: XmlNode): string | undefined {
  return Object.keys(node).find((key) => key !== ':@');
}

function childrenOf(node: XmlNode): readonly XmlNode[] {
  const children = node[nameOf(node) as string];
  return Array.isArray(children) ? (children as XmlNode[]) : [];
}

function attribute(node: XmlNode, name: string): string {
  const value = (node[':@'] as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? plain(value) : '';
}

function textOf(node: XmlNode): string {
  return childrenOf(node)
    .map((child) => {
      if ('#text' in child) return plain(String(child['#text']));
      return '#cdata' in child ? childrenText(child) : '';
    })
    .join('');
}

/** CDATA is literal. */
function childrenText(cdata: XmlNode): string {
  return (cdata['#cdata'] as readonly XmlNode[]).map((child) => String(child['#text'] ?? '')).join('');
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The five entities that every XML knows, and characters by number. */
function plain(text: string): string {
  return text
    .replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|lt|gt|amp|quot|apos);/gi, (whole, name: string) => {
      if (!name.startsWith('#')) return NAMED[name] ?? whole;
      const code =
        name[1] === 'x' || name[1] === 'X' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
    })
    .replaceAll('\0', '\uFFFD')
    .toWellFormed();
}
