import type { Member, OperationModel, ServiceModel } from '../models/service-model.ts';
import { decodeHeaderText, parseQuery, splitHeaderList } from './http-text.ts';
import type { RawRequest } from './port.ts';
import { malformed, type Path, setKey } from './problem.ts';
import { decodeText } from './text-values.ts';

/**
 * The members of a REST input that travel outside of the body: path labels, query parameters and headers.
 * Throws `SerializationException` for text that is not of the member's type.
 */
export function decodeBindings(
  service: ServiceModel,
  operation: OperationModel,
  raw: RawRequest,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const members = operation.input?.members ?? [];
  const labels = service.route(raw.method, raw.rawPath, raw.rawQuery, raw.headers)?.labels ?? {};
  const query = parseQuery(raw.rawQuery);
  if (query === undefined) throw malformed('The query string has broken percent-encoding');
  for (const member of members) {
    const value = decodeBinding(member, labels, query, raw);
    if (value !== undefined) input[member.name] = value;
  }
  return input;
}

function decodeBinding(
  member: Member,
  labels: Readonly<Record<string, string>>,
  query: ReadonlyMap<string, readonly string[]>,
  raw: RawRequest,
): unknown {
  const path: Path = [member.name];
  switch (member.location) {
    case 'uri': {
      const label = labels[member.name];
      return label === undefined ? undefined : decodeText(member.shape, label, path);
    }
    case 'querystring':
      return decodeQuery(member, query, path);
    case 'header':
      return decodeHeader(member, headerText(raw, member.wireName.toLowerCase()), path);
    case 'headers':
      return decodePrefixHeaders(member.wireName.toLowerCase(), raw);
    default:
      return undefined;
  }
}

function decodeQuery(
  { shape, wireName }: Member,
  query: ReadonlyMap<string, readonly string[]>,
  path: Path,
): unknown {
  if (shape.kind === 'map') {
    const result: Record<string, unknown> = {};
    for (const [key, values] of query) {
      const value = shape.value.kind === 'list' ? [...values] : values[0];
      setKey(result, key, value);
    }
    return result;
  }
  const values = query.get(wireName);
  if (values === undefined) return undefined;
  if (shape.kind === 'list')
    return values.map((value, index) => decodeText(shape.element, value, [...path, index]));
  return decodeText(shape, values[0] ?? '', path);
}

function decodeHeader({ shape }: Member, text: string | undefined, path: Path): unknown {
  if (text === undefined) return undefined;
  if (shape.kind === 'list') {
    return splitHeaderList(text).map((value, index) => decodeText(shape.element, value, [...path, index]));
  }
  return decodeText(shape, text, path);
}

function decodePrefixHeaders(prefix: string, raw: RawRequest): Record<string, string> | undefined {
  const result: Record<string, string> = {};
  for (const name of Object.keys(raw.headers)) {
    const text = name.startsWith(prefix) ? headerText(raw, name) : undefined;
    if (text !== undefined) setKey(result, name.slice(prefix.length), text);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function headerText(raw: RawRequest, name: string): string | undefined {
  const value = raw.headers[name];
  if (value === undefined) return undefined;
  return decodeHeaderText(typeof value === 'string' ? value : value.join(', '));
}
