import { isJsonObject, parseJson } from './json.ts';
import { parseMatcher, type Report } from './parse-matcher.ts';
import type { EventPattern, FieldRule } from './pattern.ts';

/** More combinations of `$or` alternatives than these are refused. */
const MAX_COMBINATIONS = 1000;

export type ParsedPattern =
  | { readonly kind: 'pattern'; readonly pattern: EventPattern }
  /** Everything that is wrong, each with its place. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Compiles the JSON text of an event pattern (EventBridge's grammar), or says all that is wrong with it. */
export function parseEventPattern(text: string): ParsedPattern {
  const json = parseJson(text);
  if ('problem' in json) return { kind: 'invalid', problems: [`the pattern is not JSON: ${json.problem}`] };
  const problems: string[] = [];
  const report: Report = (path, problem) => {
    problems.push(`${path === '' ? 'the pattern' : path}: ${problem}`);
    return undefined;
  };
  const pattern = parseNode(json.value, '', report);
  if (problems.length === 0 && combinations(pattern) > MAX_COMBINATIONS) {
    report('', `its $or alternatives make more than ${MAX_COMBINATIONS} combinations`);
  }
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'pattern', pattern };
}

const EMPTY: EventPattern = { fields: [], ors: [] };

function parseNode(value: unknown, path: string, report: Report): EventPattern {
  if (!isJsonObject(value)) return report(path, 'it must be an object') ?? EMPTY;
  const names = Object.keys(value);
  if (names.length === 0) return report(path, 'an empty object is not allowed') ?? EMPTY;
  const fields: (readonly [string, FieldRule])[] = [];
  const ors: EventPattern[][] = [];
  for (const name of names) {
    const below = path === '' ? name : `${path}.${name}`;
    if (name === '$or') ors.push(parseOr(value[name], below, report));
    else {
      const rule = parseField(value[name], below, report);
      if (rule) fields.push([name, rule]);
    }
  }
  return { fields, ors };
}

function parseOr(value: unknown, path: string, report: Report): EventPattern[] {
  if (!Array.isArray(value) || value.length === 0) {
    return report(path, '$or takes an array of patterns') ?? [];
  }
  return value.map((each, n) => parseNode(each, `${path}[${n}]`, report));
}

function parseField(value: unknown, path: string, report: Report): FieldRule | undefined {
  if (isJsonObject(value)) return { kind: 'object', pattern: parseNode(value, path, report) };
  if (!Array.isArray(value)) return report(path, 'it must be an object or an array');
  if (value.length === 0) return report(path, 'an empty array is not allowed');
  const matchers = value.flatMap((each, n) => parseMatcher(each, `${path}[${n}]`, report) ?? []);
  return { kind: 'leaf', matchers };
}

function combinations(pattern: EventPattern): number {
  let product = 1;
  for (const [, rule] of pattern.fields) if (rule.kind === 'object') product *= combinations(rule.pattern);
  for (const alternatives of pattern.ors) {
    product *= alternatives.reduce((sum, each) => sum + combinations(each), 0);
  }
  return product;
}
