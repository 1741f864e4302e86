import { parseCidr } from './cidr.ts';
import { asNumber, isJsonObject } from './json.ts';
import type { Comparison, Matcher } from './pattern.ts';
import { parseWildcard } from './wildcard.ts';

/** Takes what is wrong at a place of the pattern. */
export type Report = (path: string, problem: string) => undefined;

const MAX_NUMBER = 5_000_000_000;
const OPERATORS: readonly string[] = ['=', '<', '<=', '>', '>='];

/** One element of a leaf's array. */
export function parseMatcher(value: unknown, path: string, report: Report): Matcher | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null)
    return { kind: 'literal', value };
  const number = asNumber(value);
  if (number) return { kind: 'number', text: number.text };
  if (!isJsonObject(value)) {
    return report(path, 'a match value must be a string, a number, true, false, null or a match expression');
  }
  const keys = Object.keys(value);
  const key = keys[0];
  if (key === undefined || keys.length > 1) return report(path, 'a match expression has exactly one key');
  return parseExpression(key, value[key], `${path}.${key}`, report);
}

function parseExpression(key: string, value: unknown, path: string, report: Report): Matcher | undefined {
  switch (key) {
    case 'prefix':
    case 'suffix':
      return parseAffix(key, value, path, report);
    case 'equals-ignore-case':
    case 'wildcard':
    case 'cidr':
      return parseText(key, value, path, report);
    case 'numeric':
      return parseNumeric(value, path, report);
    case 'exists':
      if (typeof value !== 'boolean') return report(path, 'exists takes true or false');
      return { kind: 'exists', exists: value };
    case 'anything-but':
      return parseAnythingBut(value, path, report);
    default:
      return report(path, `unrecognized match type ${key}`);
  }
}

function parseAffix(
  kind: 'prefix' | 'suffix',
  value: unknown,
  path: string,
  report: Report,
): Matcher | undefined {
  if (typeof value === 'string') return { kind, text: value, ignoreCase: false };
  const text =
    isJsonObject(value) && Object.keys(value).length === 1 ? value['equals-ignore-case'] : undefined;
  if (typeof text === 'string') return { kind, text, ignoreCase: true };
  return report(path, `${kind} takes a string or {"equals-ignore-case": "…"}`);
}

function parseText(
  kind: 'equals-ignore-case' | 'wildcard' | 'cidr',
  value: unknown,
  path: string,
  report: Report,
): Matcher | undefined {
  if (typeof value !== 'string') return report(path, `${kind} takes a string`);
  if (kind === 'equals-ignore-case') return { kind, text: value };
  if (kind === 'wildcard') {
    const parts = parseWildcard(value);
    return 'problem' in parts ? report(path, parts.problem) : { kind, parts };
  }
  const cidr = parseCidr(value);
  return cidr
    ? { kind, cidr }
    : report(path, `${value} is no CIDR block such as 10.0.0.0/24 or 2001:db8::/32`);
}

/** `["=", 5]`, one bound, or a lower and an upper one. */
function parseNumeric(value: unknown, path: string, report: Report): Matcher | undefined {
  if (!Array.isArray(value) || (value.length !== 2 && value.length !== 4)) {
    return report(path, 'numeric takes one or two comparisons: ["=", 5] or [">", 0, "<=", 5]');
  }
  const comparisons: Comparison[] = [];
  for (let n = 0; n < value.length; n += 2) {
    const operator: unknown = value[n];
    const number = asNumber(value[n + 1]);
    if (typeof operator !== 'string' || !OPERATORS.includes(operator)) {
      return report(`${path}[${n}]`, `unrecognized numeric operator; there are ${OPERATORS.join(' ')}`);
    }
    if (!number) return report(`${path}[${n + 1}]`, `the value of ${operator} must be a number`);
    if (Math.abs(number.value) > MAX_NUMBER) {
      return report(`${path}[${n + 1}]`, `numbers lie between -${MAX_NUMBER} and ${MAX_NUMBER}`);
    }
    comparisons.push({ operator: operator as Comparison['operator'], value: number.value });
  }
  const [lower, upper] = comparisons;
  if (lower && upper) {
    if (!lower.operator.startsWith('>') || !upper.operator.startsWith('<')) {
      return report(path, 'a numeric range has its lower bound first: [">", 0, "<=", 5]');
    }
    if (lower.value >= upper.value) return report(path, 'the lower bound must be less than the upper one');
  }
  return { kind: 'numeric', comparisons };
}

function parseAnythingBut(value: unknown, path: string, report: Report): Matcher | undefined {
  if (isJsonObject(value)) return parseAnythingButExpression(value, path, report);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) return report(path, 'anything-but takes at least one value');
  const texts = values.every((each) => typeof each === 'string');
  const numbers = values.every((each) => asNumber(each) !== undefined);
  if (!texts && !numbers) return report(path, 'anything-but takes strings only or numbers only');
  const matchers = values.flatMap((each, n) => parseMatcher(each, `${path}[${n}]`, report) ?? []);
  return { kind: 'anything-but', matchers };
}

function parseAnythingButExpression(
  value: Readonly<Record<string, unknown>>,
  path: string,
  report: Report,
): Matcher | undefined {
  const keys = Object.keys(value);
  const key = keys[0] ?? '';
  if (keys.length !== 1 || !['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(key)) {
    return report(
      path,
      'anything-but takes values, or one of prefix, suffix, equals-ignore-case and wildcard',
    );
  }
  const texts: readonly unknown[] = Array.isArray(value[key]) ? value[key] : [value[key]];
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) {
    return report(`${path}.${key}`, `${key} takes a string or a list of strings here`);
  }
  if ((key === 'prefix' || key === 'suffix') && texts.includes('')) {
    return report(`${path}.${key}`, 'the empty string is in every value');
  }
  const matchers = texts.flatMap((text) => parseExpression(key, text, `${path}.${key}`, report) ?? []);
  return { kind: 'anything-but', matchers };
}
