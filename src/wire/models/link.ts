import type {
  CompactList,
  CompactMap,
  CompactMember,
  CompactShape,
  CompactString,
  CompactStructure,
} from './compact.ts';
import type {
  Bounds,
  ListShape,
  MapShape,
  Member,
  NumberShape,
  Shape,
  StringShape,
  StructureShape,
} from './shape.ts';

const noBounds = { min: undefined, max: undefined };

function number(type: NumberShape['type']): Shape {
  return { kind: 'number', type, ...noBounds, sensitive: false };
}

const plain: Readonly<Record<string, Shape>> = {
  $string: {
    kind: 'string',
    ...noBounds,
    pattern: undefined,
    matches: undefined,
    values: undefined,
    sensitive: false,
  },
  $boolean: { kind: 'boolean' },
  $integer: number('integer'),
  $long: number('long'),
  $float: number('float'),
  $double: number('double'),
  $timestamp: { kind: 'timestamp', format: undefined },
  $blob: { kind: 'blob', ...noBounds, streaming: false, sensitive: false },
  $stream: { kind: 'blob', ...noBounds, streaming: true, sensitive: false },
  $document: { kind: 'document' },
};

/**
 * Links references to shapes, each on its first use: a server that answers three operations of a service never builds
 * the shapes of the others. A structure's members are linked when they are first looked at, so cycles need no care.
 */
export function linkShapes(shapes: Readonly<Record<string, CompactShape>>): (ref: string) => Shape {
  const linked = new Map<string, Shape>();
  const shapeOf = (ref: string): Shape => {
    const known = plain[ref] ?? linked.get(ref);
    if (known !== undefined) return known;
    const compact = shapes[ref];
    if (compact === undefined) throw new Error(`no shape ${ref}`);
    const shape = link(ref, compact, shapeOf);
    linked.set(ref, shape);
    return shape;
  };
  return shapeOf;
}

function link(name: string, compact: CompactShape, shapeOf: (ref: string) => Shape): Shape {
  const bounds = 'min' in compact || 'max' in compact ? { min: compact.min, max: compact.max } : noBounds;
  switch (compact.t) {
    case 'structure':
      return linkStructure(name, compact, shapeOf);
    case 'list':
      return linkList(compact, bounds, shapeOf);
    case 'map':
      return linkMap(compact, bounds, shapeOf);
    case 'string':
      return linkString(compact);
    case 'timestamp':
      return { kind: 'timestamp', format: compact.format };
    case 'blob':
      return { kind: 'blob', ...bounds, streaming: false, sensitive: compact.secret ?? false };
    default:
      return { kind: 'number', type: compact.t, ...bounds, sensitive: compact.secret ?? false };
  }
}

function linkList(compact: CompactList, bounds: Bounds, shapeOf: (ref: string) => Shape): ListShape {
  let element: Shape | undefined;
  return {
    kind: 'list',
    ...bounds,
    get element() {
      return (element ??= shapeOf(compact.of));
    },
    elementName: compact.name ?? 'member',
    flattened: compact.flat ?? false,
  };
}

function linkMap(compact: CompactMap, bounds: Bounds, shapeOf: (ref: string) => Shape): MapShape {
  let key: Shape | undefined;
  let value: Shape | undefined;
  return {
    kind: 'map',
    ...bounds,
    get key() {
      return (key ??= shapeOf(compact.key));
    },
    get value() {
      return (value ??= shapeOf(compact.value));
    },
    keyName: compact.keyName ?? 'key',
    valueName: compact.valueName ?? 'value',
    flattened: compact.flat ?? false,
  };
}

function linkString(compact: CompactString): StringShape {
  let expression: RegExp | undefined;
  const source =
    compact.p === undefined || compact.re === '' ? undefined : (compact.re ?? `^(?:${compact.p})$`);
  return {
    kind: 'string',
    min: compact.min,
    max: compact.max,
    pattern: compact.p,
    matches:
      source === undefined
        ? undefined
        : (text) => (expression ??= new RegExp(source, compact.flags ?? 'u')).test(text),
    values: compact.enum,
    sensitive: compact.secret ?? false,
  };
}

function linkStructure(
  name: string,
  compact: CompactStructure,
  shapeOf: (ref: string) => Shape,
): StructureShape {
  let members: readonly Member[] | undefined;
  let byName: ReadonlyMap<string, Member> | undefined;
  return {
    kind: 'structure',
    name,
    get members() {
      return (members ??= compact.m.map((member) => linkMember(member, shapeOf)));
    },
    get byName() {
      return (byName ??= new Map(this.members.map((member) => [member.name, member])));
    },
    union: compact.union ?? false,
    eventStream: compact.events ?? false,
    payload: compact.payload,
    xmlNamespace: compact.ns,
  };
}

function linkMember([name, ref, traits = {}]: CompactMember, shapeOf: (ref: string) => Shape): Member {
  return {
    name,
    wireName: traits.w ?? name,
    shape: shapeOf(ref),
    required: traits.r ?? false,
    location: traits.in,
    flattened: traits.flat ?? false,
    xmlAttribute: traits.attr ?? false,
    xmlNamespace: traits.ns,
    idempotencyToken: traits.token ?? false,
    eventPayload: traits.eventPayload ?? false,
  };
}
