import { isJsonObject, matchesPattern, parseEventPattern } from '../event-pattern/index.ts';
import type { SampleEvent } from './source-changes.ts';

/** Whether a pattern takes an event of which not everything is known. */
export type Fit =
  | { readonly kind: 'yes' }
  | { readonly kind: 'depends'; readonly on: readonly string[] }
  | {
      readonly kind: 'no';
      /** Fields in which they differ: `detail.referenceName is "main", not "develop"`. */
      readonly because: readonly string[];
      /** The pattern is about events of another kind altogether. */
      readonly foreign: boolean;
    };

/** The names of the fields that tell what kind of event it is. */
const KIND: readonly string[] = ['source', 'detail-type'];

export function patternFit(pattern: string, { event, unknown }: SampleEvent): Fit {
  const leaves = leavesOf(parsed(pattern));
  const known = leaves.filter((leaf) => !unknown.includes(leaf.path));
  const misfits = known.filter((leaf) => !matches(leaf.alone, event));
  if (misfits.length > 0) {
    return {
      kind: 'no',
      because: misfits.map((leaf) => misfitInWords(leaf, event)),
      foreign: misfits.some((leaf) => KIND.includes(leaf.path)),
    };
  }
  const on = leaves
    .filter((leaf) => unknown.includes(leaf.path) && !onlyExists(leaf))
    .map((leaf) => leaf.path);
  if (on.length > 0) return { kind: 'depends', on };
  if (matches(pattern, event)) return { kind: 'yes' };
  // Each field alone fits, so what is left are alternatives; which one a real event takes is not known here.
  return { kind: 'depends', on: ['$or'] };
}

interface Leaf {
  readonly path: string;
  readonly wanted: readonly unknown[];
  /** The pattern that asks for this field only. */
  readonly alone: string;
}

function leavesOf(pattern: unknown, path: readonly string[] = []): Leaf[] {
  if (!isJsonObject(pattern)) return [];
  return Object.entries(pattern).flatMap(([name, value]) => {
    const here = [...path, name];
    if (name === '$or') return [];
    if (!Array.isArray(value)) return leavesOf(value, here);
    const alone = here.reduceRight<unknown>((inner, each) => ({ [each]: inner }), value);
    return [{ path: here.join('.'), wanted: value, alone: JSON.stringify(alone) }];
  });
}

function parsed(pattern: string): unknown {
  try {
    return JSON.parse(pattern) as unknown;
  } catch {
    return undefined;
  }
}

function matches(pattern: string, event: unknown): boolean {
  const { kind, ...rest } = parseEventPattern(pattern);
  return kind === 'pattern' && 'pattern' in rest && matchesPattern(rest.pattern, event);
}

function onlyExists({ wanted }: Leaf): boolean {
  return wanted.every((each) => isJsonObject(each) && each['exists'] === true);
}

function misfitInWords({ path, wanted }: Leaf, event: unknown): string {
  const value = path
    .split('.')
    .reduce<unknown>((at, name) => (isJsonObject(at) ? at[name] : undefined), event);
  const is = value === undefined ? `${path} is missing` : `${path} is ${asText(value)}`;
  return `${is}, the pattern wants ${wanted.map((each) => JSON.stringify(each)).join(' or ')}`;
}

/** A field with one value reads better without its brackets. */
function asText(value: unknown): string {
  return JSON.stringify(Array.isArray(value) && value.length === 1 ? value[0] : value);
}
