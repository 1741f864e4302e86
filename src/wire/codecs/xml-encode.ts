import type { ListShape, MapShape, Member, Shape, StructureShape, XmlNamespace } from '../models/shape.ts';
import { encodeText } from './text-values.ts';

/** `<name …>value</name>` by the value's shape. */
export function encodeXmlElement(
  shape: Shape,
  name: string,
  value: unknown,
  namespace: XmlNamespace | undefined,
): string {
  switch (shape.kind) {
    case 'structure': {
      const record = value as Record<string, unknown>;
      const attributes = encodeAttributes(shape, record, namespace ?? shape.xmlNamespace);
      return `<${name}${attributes}>${encodeXmlMembers(shape, record)}</${name}>`;
    }
    case 'list':
      return `<${name}${xmlns(namespace)}>${encodeItems(shape, shape.elementName, value as readonly unknown[])}</${name}>`;
    case 'map':
      return `<${name}${xmlns(namespace)}>${encodeEntries(shape, 'entry', value as Record<string, unknown>)}</${name}>`;
    default:
      return `<${name}${xmlns(namespace)}>${escapeXml(encodeText(shape, value, 'date-time'))}</${name}>`;
  }
}

/** The elements of a structure's members that travel in the body. */
export function encodeXmlMembers(shape: StructureShape, record: Record<string, unknown>): string {
  let xml = '';
  for (const member of shape.members) {
    if (member.location !== undefined || member.xmlAttribute) continue;
    const value = record[member.name];
    if (value !== undefined && value !== null) xml += encodeMember(member, value);
  }
  return xml;
}

function encodeMember(member: Member, value: unknown): string {
  const { shape, wireName } = member;
  if (shape.kind === 'list' && (shape.flattened || member.flattened)) {
    return encodeItems(shape, wireName, value as readonly unknown[]);
  }
  if (shape.kind === 'map' && (shape.flattened || member.flattened)) {
    return encodeEntries(shape, wireName, value as Record<string, unknown>);
  }
  return encodeXmlElement(shape, wireName, value, member.xmlNamespace);
}

function encodeItems(shape: ListShape, name: string, items: readonly unknown[]): string {
  const { element } = shape;
  let xml = '';
  for (const item of items) xml += encodeXmlElement(element, name, item, undefined);
  return xml;
}

function encodeEntries(shape: MapShape, name: string, record: Record<string, unknown>): string {
  let xml = '';
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (value === undefined || value === null) continue;
    const keyXml = `<${shape.keyName}>${escapeXml(key)}</${shape.keyName}>`;
    xml += `<${name}>${keyXml}${encodeXmlElement(shape.value, shape.valueName, value, undefined)}</${name}>`;
  }
  return xml;
}

function encodeAttributes(
  shape: StructureShape,
  record: Record<string, unknown>,
  namespace: XmlNamespace | undefined,
): string {
  let text = xmlns(namespace);
  for (const member of shape.members) {
    const value = record[member.name];
    if (!member.xmlAttribute || value === undefined || value === null) continue;
    text += ` ${member.wireName}="${escapeXml(encodeText(member.shape, value, 'date-time'))}"`;
  }
  return text;
}

/** ` xmlns="…"`, or nothing. */
export function xmlns(namespace: XmlNamespace | undefined): string {
  if (namespace === undefined) return '';
  const name = namespace.prefix === undefined ? 'xmlns' : `xmlns:${namespace.prefix}`;
  return ` ${name}="${escapeXml(namespace.uri)}"`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
  '\u0085': '&#x85;',
  '\u2028': '&#x2028;',
};

/** Characters that XML 1.0 has no form for become the replacement character. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\ufffd')
    .replaceAll(/[&<>"'\r\u0085\u2028]/g, (char) => escapes[char] ?? char);
}
