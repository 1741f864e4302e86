import type { Cidr } from './cidr.ts';
import type { Wildcard } from './wildcard.ts';

export interface Comparison {
  readonly operator: '=' | '<' | '<=' | '>' | '>=';
  readonly value: number;
}

/** One condition on a leaf of an event. */
export type Matcher =
  | { readonly kind: 'literal'; readonly value: string | boolean | null }
  /** By how it is written. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: 'suffix'; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: 'equals-ignore-case'; readonly text: string }
  | { readonly kind: 'wildcard'; readonly parts: Wildcard }
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  /** All of them. */
  | { readonly kind: 'numeric'; readonly comparisons: readonly Comparison[] }
  /** None of them. */
  | { readonly kind: 'anything-but'; readonly matchers: readonly Matcher[] }
  | { readonly kind: 'exists'; readonly exists: boolean };

/** What is asked of one field: of its leaf any of the matchers, or of the object below it a whole pattern. */
export type FieldRule =
  | { readonly kind: 'leaf'; readonly matchers: readonly Matcher[] }
  | { readonly kind: 'object'; readonly pattern: EventPattern };

/** A compiled event pattern: every field, and of every `$or` one alternative. */
export interface EventPattern {
  readonly fields: readonly (readonly [name: string, rule: FieldRule])[];
  readonly ors: readonly (readonly EventPattern[])[];
}
