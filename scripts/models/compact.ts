import type {
  CompactMember,
  CompactModel,
  CompactOperation,
  CompactShape,
  CompactTraits,
} from '../../src/wire/models/compact.ts';
import type { Protocol, ServiceIndexEntry } from '../../src/wire/models/service-model.ts';
import type { BotocoreMember, BotocoreModel, BotocoreOperation, BotocoreShape } from './botocore.ts';
import { translatePattern, worstCase } from './patterns.ts';
import { errorCodes, extraSigningNames, iamActions, iamPrefixes, openEnumerations } from './tables.ts';

/** Something the generator could not carry over as the model has it. */
export type Report = (text: string) => void;

/** Turns one botocore model into our committed form. `report` hears what was lost on the way. */
export function compactModel(id: string, model: BotocoreModel, report: Report): CompactModel {
  const shapes: Record<string, CompactShape> = {};
  const convert = new Converter(id, model, shapes, report);
  const operations: Record<string, CompactOperation> = {};
  for (const name of Object.keys(model.operations).toSorted()) {
    operations[name] = convert.operation(name, model.operations[name] as BotocoreOperation);
  }
  for (const [name, shape] of Object.entries(model.shapes)) if (shape.exception) convert.reference(name);
  const sorted = Object.fromEntries(Object.entries(shapes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    index: indexEntry(id, model),
    ...when(model.metadata.xmlNamespace, (xmlNamespace) => ({ xmlNamespace })),
    operations,
    shapes: sorted,
  };
}

function indexEntry(id: string, { metadata }: BotocoreModel): ServiceIndexEntry {
  const signingName = metadata.signingName ?? metadata.endpointPrefix;
  const target = metadata.targetPrefix;
  // Some clients send only the last part of a dotted prefix.
  const short = target?.split('.').at(-1);
  return {
    id,
    signingNames: [signingName, ...(extraSigningNames[id] ?? [])],
    targetPrefixes: target === undefined ? [] : [...new Set([target, short ?? target])],
    apiVersion: metadata.apiVersion,
    protocols: protocols(metadata),
    queryCompatible: metadata.awsQueryCompatible !== undefined,
    iamPrefix: iamPrefixes[id] ?? signingName,
  };
}

function protocols(metadata: BotocoreModel['metadata']): Protocol[] {
  return (metadata.protocols ?? [metadata.protocol]).map((name): Protocol => {
    if (name === 'json') return metadata.jsonVersion === '1.0' ? 'json-1.0' : 'json-1.1';
    if (name === 'smithy-rpc-v2-cbor') return 'cbor';
    if (name === 'query' || name === 'rest-json' || name === 'rest-xml') return name;
    throw new Error(`unknown protocol ${name}`);
  });
}

const plainTypes = ['string', 'boolean', 'integer', 'long', 'float', 'double', 'timestamp', 'blob'];

const timestampFormats = {
  iso8601: 'date-time',
  rfc822: 'http-date',
  unixTimestamp: 'epoch-seconds',
} as const;

const locations = ['uri', 'querystring', 'header', 'headers', 'statusCode'] as const;

class Converter {
  readonly #id: string;
  readonly #model: BotocoreModel;
  readonly #shapes: Record<string, CompactShape>;
  readonly #report: Report;

  constructor(id: string, model: BotocoreModel, shapes: Record<string, CompactShape>, report: Report) {
    this.#id = id;
    this.#model = model;
    this.#shapes = shapes;
    this.#report = report;
  }

  operation(name: string, operation: BotocoreOperation): CompactOperation {
    const { http, input, output } = operation;
    const uri = http?.requestUri ?? '/';
    for (const segment of (uri.split('?')[0] ?? '').split('/')) {
      if (segment.includes('{') && !/^\{[^{}]+\}$/.test(segment))
        throw new Error(`${name}: label inside ${uri}`);
    }
    return {
      ...when(http?.method === 'POST' ? undefined : http?.method, (m) => ({ m })),
      ...when(uri === '/' ? undefined : uri, (u) => ({ u })),
      ...when(http?.responseCode === 200 ? undefined : http?.responseCode, (c) => ({ c })),
      ...when(input?.shape, (shape) => ({ in: this.reference(shape) })),
      ...when(output?.shape, (shape) => ({ out: this.reference(shape) })),
      ...when(output?.resultWrapper, (wrapper) => ({ wrapper })),
      ...when(operation.errors?.length ? operation.errors : undefined, (errors) => ({
        errors: errors.map((error) => error.shape),
      })),
      ...when(input?.locationName, (root) => ({ root })),
      ...when(input?.xmlNamespace?.uri, (rootNamespace) => ({ rootNamespace })),
      ...flag('unsigned', operation.authtype === 'none'),
      ...flag('unsignedPayload', operation.unsignedPayload),
      ...when(operation.endpoint?.hostPrefix, (hostPrefix) => ({ hostPrefix })),
      ...flag('deprecated', operation.deprecated),
      ...when(iamActions[this.#id]?.[name], (iam) => ({ iam })),
    };
  }

  /** The reference to a shape; converts it when it is met for the first time. */
  reference(name: string): string {
    const shape = this.#model.shapes[name];
    if (shape === undefined) throw new Error(`${this.#id}: no shape ${name}`);
    if (shape.document) return '$document';
    if (shape.streaming) return '$stream';
    if (plainTypes.includes(shape.type) && isPlain(shape)) return `$${shape.type}`;
    if (this.#shapes[name] === undefined) {
      // A placeholder first: shapes may contain themselves.
      this.#shapes[name] = { t: 'structure', m: [] };
      this.#shapes[name] = this.#shape(name, shape);
    }
    return name;
  }

  #shape(name: string, shape: BotocoreShape): CompactShape {
    const bounds = {
      ...when(shape.min, (min) => ({ min })),
      ...when(shape.max, (max) => ({ max })),
    };
    const secret = flag('secret', shape.sensitive);
    switch (shape.type) {
      case 'structure':
        return this.#structure(name, shape);
      case 'list':
        return {
          t: 'list',
          of: this.reference(inner(shape.member).shape),
          ...when(shape.member?.locationName, (elementName) => ({ name: elementName })),
          ...flag('flat', shape.flattened),
          ...bounds,
        };
      case 'map':
        return {
          t: 'map',
          key: this.reference(inner(shape.key).shape),
          value: this.reference(inner(shape.value).shape),
          ...when(shape.key?.locationName, (keyName) => ({ keyName })),
          ...when(shape.value?.locationName, (valueName) => ({ valueName })),
          ...flag('flat', shape.flattened),
          ...bounds,
        };
      case 'string':
        return {
          t: 'string',
          ...bounds,
          ...this.#pattern(name, shape.pattern, shape.max),
          ...when(openEnumerations[this.#id]?.includes(name) ? undefined : shape.enum, (values) => ({
            enum: values,
          })),
          ...secret,
        };
      case 'integer':
      case 'long':
      case 'float':
      case 'double':
        return { t: shape.type, ...bounds, ...secret };
      case 'timestamp': {
        const format = timestampFormats[shape.timestampFormat as keyof typeof timestampFormats];
        if (format === undefined) throw new Error(`${name}: timestamp format ${shape.timestampFormat}`);
        return { t: 'timestamp', format };
      }
      case 'blob':
        return { t: 'blob', ...bounds, ...secret };
      default:
        throw new Error(`${this.#id} ${name}: unknown type ${shape.type}`);
    }
  }

  #pattern(
    name: string,
    pattern: string | undefined,
    max = 65_536,
  ): { p?: string; re?: string; flags?: string } {
    if (pattern === undefined) return {};
    const { re, flags, problem } = translatePattern(pattern);
    if (problem !== undefined) this.#report(`${this.#id} ${name}: pattern ${problem}: ${pattern}`);
    if (re === undefined) return { p: pattern, re: '' };
    const milliseconds = worstCase(re, flags, max);
    if (milliseconds > 50)
      this.#report(`${this.#id} ${name}: pattern takes ${milliseconds.toFixed(0)} ms: ${pattern}`);
    return {
      p: pattern,
      ...(re === `^(?:${pattern})$` ? {} : { re }),
      ...(flags === 'u' ? {} : { flags }),
    };
  }

  #structure(name: string, shape: BotocoreShape): CompactShape {
    const { fault } = shape;
    const known = errorCodes[this.#id]?.[name];
    const error = shape.error ?? { httpStatusCode: known?.status, code: known?.code };
    const members = Object.entries(shape.members ?? {}).map(([memberName, member]) =>
      this.#member(memberName, member, shape.required?.includes(memberName) ?? false),
    );
    return {
      t: 'structure',
      m: members,
      ...flag('union', shape.union),
      ...flag('events', shape.eventstream),
      ...when(shape.payload, (payload) => ({ payload })),
      ...when(shape.xmlNamespace, (ns) => ({ ns })),
      ...when(shape.exception ? true : undefined, () => ({
        err: {
          status: error.httpStatusCode ?? (fault ? 500 : 400),
          sender: error.senderFault ?? !fault,
          ...when(error.code, (code) => ({ code })),
        },
      })),
    };
  }

  #member(name: string, member: BotocoreMember, required: boolean): CompactMember {
    const location = locations.find((known) => known === member.location);
    if (member.location !== undefined && location === undefined)
      throw new Error(`location ${member.location}`);
    const traits: CompactTraits = {
      ...flag('r', required),
      ...when(member.locationName === name ? undefined : member.locationName, (w) => ({ w })),
      ...when(location, (where) => ({ in: where })),
      ...flag('flat', member.flattened),
      ...flag('attr', member.xmlAttribute),
      ...when(member.xmlNamespace, (ns) => ({ ns })),
      ...flag('token', member.idempotencyToken),
      ...flag('eventPayload', member.eventpayload),
    };
    let ref = member.streaming ? '$stream' : this.reference(member.shape);
    if (member.enum !== undefined) {
      ref = `${member.shape}#${name}`;
      this.#shapes[ref] = { t: 'string', enum: member.enum };
    }
    return Object.keys(traits).length === 0 ? [name, ref] : [name, ref, traits];
  }
}

function isPlain(shape: BotocoreShape): boolean {
  return (
    shape.min === undefined &&
    shape.max === undefined &&
    shape.pattern === undefined &&
    shape.enum === undefined &&
    shape.timestampFormat === undefined &&
    !shape.sensitive
  );
}

function inner(member: BotocoreMember | undefined): BotocoreMember {
  if (member === undefined) throw new Error('a list or map without members');
  return member;
}

function when<T, R extends object>(value: T | undefined, use: (value: T) => R): R | Record<never, never> {
  return value === undefined ? {} : use(value);
}

function flag<K extends string>(key: K, value: boolean | undefined): { readonly [P in K]?: true } {
  return value ? ({ [key]: true } as { [P in K]: true }) : {};
}
