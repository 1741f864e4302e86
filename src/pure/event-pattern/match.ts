import { inCidr, parseIp } from './cidr.ts';
import { asNumber, isJsonObject } from './json.ts';
import type { Comparison, EventPattern, FieldRule, Matcher } from './pattern.ts';
import { matchesWildcard } from './wildcard.ts';

/**
 * Whether an event has everything the pattern asks for. Fields the pattern does not name do not matter. An array in the
 * event matches when one of its elements does; objects inside an array must match as a whole.
 */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  // What is no object has no fields: only `exists: false` is content with that.
  const fields = isJsonObject(event) ? event : {};
  return (
    pattern.fields.every(([name, rule]) =>
      matchesField(rule, Object.hasOwn(fields, name) ? fields[name] : undefined),
    ) && pattern.ors.every((alternatives) => alternatives.some((each) => matchesPattern(each, event)))
  );
}

function matchesField(rule: FieldRule, value: unknown): boolean {
  const elements = flatten(value);
  if (rule.kind === 'object') {
    const objects = elements.filter(isJsonObject);
    if (objects.length === 0) return matchesPattern(rule.pattern, undefined);
    return objects.some((element) => matchesPattern(rule.pattern, element));
  }
  const leaves = elements.filter((element) => !isJsonObject(element));
  return rule.matchers.some((matcher) => {
    if (matcher.kind === 'exists') return matcher.exists === leaves.length > 0;
    return leaves.some((leaf) => matchesLeaf(matcher, leaf));
  });
}

function flatten(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(flatten) : [value];
}

function matchesLeaf(matcher: Matcher, leaf: unknown): boolean {
  switch (matcher.kind) {
    case 'literal':
      return leaf === matcher.value;
    case 'number':
      return asNumber(leaf)?.text === matcher.text;
    case 'numeric': {
      const number = asNumber(leaf);
      return number !== undefined && matcher.comparisons.every((each) => compares(each, number.value));
    }
    case 'anything-but':
      return !matcher.matchers.some((each) => matchesLeaf(each, leaf));
    case 'exists':
      return matcher.exists;
    default:
      return typeof leaf === 'string' && matchesText(matcher, leaf);
  }
}

type TextMatcher = Extract<
  Matcher,
  { readonly kind: 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard' | 'cidr' }
>;

function matchesText(matcher: TextMatcher, text: string): boolean {
  switch (matcher.kind) {
    case 'prefix':
      return matcher.ignoreCase
        ? text.toLowerCase().startsWith(matcher.text.toLowerCase())
        : text.startsWith(matcher.text);
    case 'suffix':
      return matcher.ignoreCase
        ? text.toLowerCase().endsWith(matcher.text.toLowerCase())
        : text.endsWith(matcher.text);
    case 'equals-ignore-case':
      return text.toLowerCase() === matcher.text.toLowerCase();
    case 'wildcard':
      return matchesWildcard(matcher.parts, text);
    case 'cidr': {
      const ip = parseIp(text);
      return ip !== undefined && inCidr(matcher.cidr, ip);
    }
  }
}

function compares({ operator, value }: Comparison, number: number): boolean {
  switch (operator) {
    case '=':
      return number === value;
    case '<':
      return number < value;
    case '<=':
      return number <= value;
    case '>':
      return number > value;
    case '>=':
      return number >= value;
  }
}
