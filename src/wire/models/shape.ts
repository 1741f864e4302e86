/** The types of a service's data, linked: what the codecs and the validator walk over. */
export type Shape =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | NumberShape
  | BooleanShape
  | TimestampShape
  | BlobShape
  | DocumentShape;

export interface StructureShape {
  readonly kind: 'structure';
  /** The model's name for it, for example `PipelineDeclaration`. */
  readonly name: string;
  /** In the model's order. */
  readonly members: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
  /** True when exactly one member may be set. */
  readonly union: boolean;
  /** True when its members are the events of a stream. */
  readonly eventStream: boolean;
  /** Name of the member that is the whole HTTP body. */
  readonly payload: string | undefined;
  readonly xmlNamespace: XmlNamespace | undefined;
}

/** One member of a structure. */
export interface Member {
  readonly name: string;
  /** Its name on the wire: element, JSON key, header, query parameter or path label. */
  readonly wireName: string;
  readonly shape: Shape;
  readonly required: boolean;
  /** Where it travels when not in the body. `headers` is a map by header prefix. */
  readonly location: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode' | undefined;
  readonly flattened: boolean;
  readonly xmlAttribute: boolean;
  readonly xmlNamespace: XmlNamespace | undefined;
  readonly idempotencyToken: boolean;
  /** The body of an event, taken raw. */
  readonly eventPayload: boolean;
}

export interface XmlNamespace {
  readonly uri: string;
  readonly prefix?: string;
}

/** Inclusive bounds. */
export interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface ListShape extends Bounds {
  readonly kind: 'list';
  readonly element: Shape;
  /** Element name inside a list that is not flattened (`member` unless the model says otherwise). */
  readonly elementName: string;
  readonly flattened: boolean;
}

export interface MapShape extends Bounds {
  readonly kind: 'map';
  readonly key: Shape;
  readonly value: Shape;
  readonly keyName: string;
  readonly valueName: string;
  readonly flattened: boolean;
}

/** Bounds count characters. */
export interface StringShape extends Bounds {
  readonly kind: 'string';
  /** The model's source form, for messages. */
  readonly pattern: string | undefined;
  /** Matches the whole string; undefined when there is no (usable) pattern. Compiled on first use. */
  readonly matches: ((text: string) => boolean) | undefined;
  readonly values: readonly string[] | undefined;
  readonly sensitive: boolean;
}

export interface NumberShape extends Bounds {
  readonly kind: 'number';
  readonly type: 'integer' | 'long' | 'float' | 'double';
  readonly sensitive: boolean;
}

export interface BooleanShape {
  readonly kind: 'boolean';
}

/** `Date` in handlers. Undefined format: the protocol's own. */
export interface TimestampShape {
  readonly kind: 'timestamp';
  readonly format: TimestampFormat | undefined;
}

export type TimestampFormat = 'epoch-seconds' | 'date-time' | 'http-date';

/** `Uint8Array` in handlers, or a `Readable` where streaming. Bounds count bytes. */
export interface BlobShape extends Bounds {
  readonly kind: 'blob';
  readonly streaming: boolean;
  readonly sensitive: boolean;
}

/** Any JSON value. */
export interface DocumentShape {
  readonly kind: 'document';
}
