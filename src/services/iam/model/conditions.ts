import type { Condition } from './policy-document.ts';
import { matchesWildcard } from './wildcard.ts';

/** What is known about a request, by condition key in lower case. A missing key is absent, not empty. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

type Test = (actual: string, wanted: string) => boolean;

const same: Test = (actual, wanted) => actual === wanted;
const sameFolded: Test = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
const like: Test = (actual, wanted) => matchesWildcard(wanted, actual);
const arnLike: Test = (actual, wanted) => {
  const pieces = wanted.split(':');
  const found = actual.split(':');
  return (
    found.length >= 6 &&
    pieces.slice(0, 5).every((piece, n) => matchesWildcard(piece, found[n] as string)) &&
    matchesWildcard(pieces.slice(5).join(':'), found.slice(5).join(':'))
  );
};
const compare =
  (read: (text: string) => number, order: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    order(read(actual), read(wanted));
const date = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

/** Positive operators; `Not…` forms and `IfExists` are made of them. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: same,
  StringEqualsIgnoreCase: sameFolded,
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: sameFolded,
  BinaryEquals: same,
  NumericEquals: compare(Number, (a, b) => a === b),
  NumericLessThan: compare(Number, (a, b) => a < b),
  NumericLessThanEquals: compare(Number, (a, b) => a <= b),
  NumericGreaterThan: compare(Number, (a, b) => a > b),
  NumericGreaterThanEquals: compare(Number, (a, b) => a >= b),
  DateEquals: compare(date, (a, b) => a === b),
  DateLessThan: compare(date, (a, b) => a < b),
  DateLessThanEquals: compare(date, (a, b) => a <= b),
  DateGreaterThan: compare(date, (a, b) => a > b),
  DateGreaterThanEquals: compare(date, (a, b) => a >= b),
  IpAddress: inRange,
};
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
};

interface Operator {
  readonly test: Test;
  readonly negated: boolean;
  readonly ifExists: boolean;
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
}

export function isConditionOperator(name: string): boolean {
  return name === 'Null' || parseOperator(name) !== undefined;
}

/** Whether every condition holds. */
export function conditionsHold(conditions: readonly Condition[], context: ConditionContext): boolean {
  return conditions.every((condition) => holds(condition, context));
}

function holds({ operator, key, values }: Condition, context: ConditionContext): boolean {
  const found = context[key.toLowerCase()];
  if (operator === 'Null')
    return values.some((value) => (value.toLowerCase() === 'true') === (found === undefined));
  const parsed = parseOperator(operator);
  if (!parsed) return false;
  const matchesAny = (actual: string) => values.some((wanted) => parsed.test(actual, wanted));
  const one = (actual: string) => matchesAny(actual) !== parsed.negated;
  const actuals = found === undefined ? [] : typeof found === 'string' ? [found] : found;
  // `ForAllValues` is true when the key is absent (F10.1).
  if (parsed.set === 'ForAllValues') return actuals.every(one);
  if (parsed.set === 'ForAnyValue') return actuals.some(one);
  // A negated test of something absent is true: nothing there equals the value.
  if (found === undefined) return parsed.ifExists || parsed.negated;
  return actuals.length > 0 && actuals.every(one);
}

function parseOperator(name: string): Operator | undefined {
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/.exec(name) ?? [];
  const positive = NEGATED[base] ?? base;
  const test = Object.hasOwn(TESTS, positive) ? TESTS[positive] : undefined;
  if (!test) return undefined;
  return {
    test,
    negated: Object.hasOwn(NEGATED, base),
    ifExists: ifExists !== undefined,
    set: set as Operator['set'],
  };
}

function inRange(actual: string, range: string): boolean {
  const [base = '', length] = range.split('/');
  const a = ipBits(actual);
  const b = ipBits(base);
  if (!a || !b || a.length !== b.length) return false;
  const bits = length === undefined ? a.length : Number(length);
  return a.slice(0, bits) === b.slice(0, bits);
}

/** The address in binary digits; undefined when it is none. */
function ipBits(text: string): string | undefined {
  return text.includes(':') ? ip6Bits(text) : ip4Bits(text);
}

function ip4Bits(text: string): string | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

function ip6Bits(text: string): string | undefined {
  const [head = '', tail, more] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const missing = 8 - left.length - right.length;
  if (more !== undefined || missing < 0 || (tail === undefined && missing > 0)) return undefined;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
