import type { Member, Shape, StructureShape, TimestampFormat } from '../../src/wire/models/shape.ts';

/** Text with everything that a codec could trip over; headers and lists in them bear less. */
export const text = {
  body: 'ä & <b> "c" \'d\' 100% +/=,;\t☃\u{1F680}',
  query: 'ä&b=c d+e/f%20?',
  label: 'a b/c+d%2Fe:ü',
  header: 'plain; q="1" x',
  listItem: 'plain-item',
};

/** What every blob holds. */
export const bytes: readonly number[] = [0, 1, 2, 250, 255, 10, 65];

/**
 * Makes a value for every member of a shape. Recursion ends where a shape comes again; a union gives one of its members
 * by `variant`, or one after another where it stands in a list. `unionSize` tells how many variants there are.
 */
export class Samples {
  unionSize = 1;
  readonly #variant: number;
  readonly #open: string[] = [];
  readonly #timestamps: TimestampFormat;

  /** `timestamps`: the format of the protocol's bodies. Headers and queries have theirs. */
  constructor(variant: number, timestamps: TimestampFormat) {
    this.#variant = variant;
    this.#timestamps = timestamps;
  }

  structure(shape: StructureShape): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const member of this.#chosen(shape)) {
      const value = this.#value(member.shape, member);
      if (value !== undefined) result[member.name] = value;
    }
    return result;
  }

  /** One of each event of a stream that is no exception. */
  events(shape: StructureShape, isException: (name: string) => boolean): Record<string, unknown>[] {
    return shape.members
      .filter((member) => member.shape.kind === 'structure' && !isException(member.shape.name))
      .map((member) => ({ [member.name]: this.#value(member.shape, undefined) }));
  }

  #chosen(shape: StructureShape): readonly Member[] {
    if (!shape.union) return shape.members;
    const usable = shape.members.filter((member) => !this.#recurs(member.shape));
    this.unionSize = Math.max(this.unionSize, usable.length);
    const member = usable[this.#variant % usable.length];
    return member === undefined ? [] : [member];
  }

  #recurs(shape: Shape): boolean {
    if (shape.kind === 'list') return this.#recurs(shape.element);
    if (shape.kind === 'map') return this.#recurs(shape.value);
    return shape.kind === 'structure' && this.#open.includes(shape.name);
  }

  /** Undefined where the shape would contain itself once more. */
  #value(shape: Shape, member: Member | undefined): unknown {
    switch (shape.kind) {
      case 'structure': {
        if (shape.eventStream) return undefined;
        if (this.#open.includes(shape.name)) return undefined;
        this.#open.push(shape.name);
        const value = this.structure(shape);
        this.#open.pop();
        return value;
      }
      case 'list':
        return this.#list(shape.element, member);
      case 'map': {
        const value = this.#value(shape.value, undefined);
        if (value === undefined) return undefined;
        const key = shape.key.kind === 'string' ? shape.key.values?.[0] : undefined;
        if (member?.location === 'headers') return { first: text.header, 'second-key': text.listItem };
        return key === undefined ? { 'a key': value, 'b.key/ä': value } : { [key]: value };
      }
      case 'string':
        return this.#string(shape, member);
      case 'number':
        return member?.location === 'statusCode' ? 202 : this.#number(shape);
      case 'boolean':
        return this.#variant % 2 === 0;
      case 'timestamp':
        return this.#timestamp(shape.format, member);
      case 'blob':
        return Uint8Array.from(bytes);
      case 'document':
        return { key: ['text', 1, true, { deep: null }] };
    }
  }

  #list(element: Shape, member: Member | undefined): unknown[] | undefined {
    if (element.kind === 'structure' && element.union && !this.#open.includes(element.name)) {
      return element.members
        .filter((choice) => !this.#recurs(choice.shape))
        .map((choice) => ({ [choice.name]: this.#value(choice.shape, choice) }))
        .filter((item) => Object.values(item)[0] !== undefined);
    }
    const value = this.#value(element, member);
    return value === undefined ? undefined : [value, value];
  }

  #string(shape: Extract<Shape, { kind: 'string' }>, member: Member | undefined): string {
    if (shape.values !== undefined) return shape.values[this.#variant % shape.values.length] ?? '';
    switch (member?.location) {
      case 'uri':
        return text.label;
      case 'querystring':
        return text.query;
      case 'header':
        return member.shape.kind === 'list' ? text.listItem : text.header;
      default:
        return text.body;
    }
  }

  #number({ type }: Extract<Shape, { kind: 'number' }>): number {
    if (type === 'integer') return -7 + this.#variant;
    if (type === 'long') return 2 ** 40 + 3;
    return 1.25;
  }

  #timestamp(format: TimestampFormat | undefined, member: Member | undefined): Date {
    const inHeader = member?.location === 'header' ? 'http-date' : undefined;
    const inQuery = member?.location === 'querystring' ? 'date-time' : undefined;
    const used = format ?? inHeader ?? inQuery ?? this.#timestamps;
    return new Date(used === 'http-date' ? 1_790_000_123_000 : 1_790_000_123_456);
  }
}
