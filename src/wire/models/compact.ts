import type { ServiceIndexEntry } from './service-model.ts';
import type { XmlNamespace } from './shape.ts';

/**
 * The committed form of a model: what the loader links into shapes. Written by `npm run generate:models`.
 * Short keys, absent when they say nothing. A shape reference is a key of `shapes` or a plain type (`$string`,
 * `$stream` for a blob that is streamed).
 */
export interface CompactModel {
  readonly index: ServiceIndexEntry;
  readonly xmlNamespace?: string;
  readonly operations: Readonly<Record<string, CompactOperation>>;
  readonly shapes: Readonly<Record<string, CompactShape>>;
}

export interface CompactOperation {
  /** Method, `POST` when absent. */
  readonly m?: string;
  /** Request URI, `/` when absent. */
  readonly u?: string;
  /** Response code, 200 when absent. */
  readonly c?: number;
  readonly in?: string;
  readonly out?: string;
  readonly wrapper?: string;
  readonly errors?: readonly string[];
  readonly root?: string;
  readonly rootNamespace?: string;
  readonly unsigned?: true;
  readonly unsignedPayload?: true;
  readonly hostPrefix?: string;
  readonly deprecated?: true;
  /** IAM action where it is not prefix and name. */
  readonly iam?: string;
}

export type CompactShape =
  | CompactStructure
  | CompactList
  | CompactMap
  | CompactString
  | CompactNumber
  | CompactTimestamp
  | CompactBlob;

export interface CompactStructure {
  readonly t: 'structure';
  readonly m: readonly CompactMember[];
  readonly union?: true;
  readonly events?: true;
  readonly payload?: string;
  readonly ns?: XmlNamespace;
  readonly err?: { readonly status: number; readonly sender: boolean; readonly code?: string };
}

/** Name, shape reference, and traits where it has any. */
export type CompactMember = readonly [name: string, ref: string, traits?: CompactTraits];

export interface CompactTraits {
  /** Required. */
  readonly r?: true;
  /** Wire name where it differs. */
  readonly w?: string;
  readonly in?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  readonly flat?: true;
  readonly attr?: true;
  readonly ns?: XmlNamespace;
  /** Idempotency token. */
  readonly token?: true;
  readonly eventPayload?: true;
}

interface CompactBounds {
  readonly min?: number;
  readonly max?: number;
}

export interface CompactList extends CompactBounds {
  readonly t: 'list';
  readonly of: string;
  readonly name?: string;
  readonly flat?: true;
}

export interface CompactMap extends CompactBounds {
  readonly t: 'map';
  readonly key: string;
  readonly value: string;
  readonly keyName?: string;
  readonly valueName?: string;
  readonly flat?: true;
}

export interface CompactString extends CompactBounds {
  readonly t: 'string';
  /** Pattern as the model has it. */
  readonly p?: string;
  /** The same as a JavaScript expression where it is not `^(?:p)$`; empty when the pattern is unusable. */
  readonly re?: string;
  /** Flags of that expression, `u` when absent. */
  readonly flags?: string;
  readonly enum?: readonly string[];
  readonly secret?: true;
}

export interface CompactNumber extends CompactBounds {
  readonly t: 'integer' | 'long' | 'float' | 'double';
  readonly secret?: true;
}

export interface CompactTimestamp {
  readonly t: 'timestamp';
  readonly format: 'epoch-seconds' | 'date-time' | 'http-date';
}

export interface CompactBlob extends CompactBounds {
  readonly t: 'blob';
  readonly secret?: true;
}
