import { XMLParser } from 'fast-xml-parser';
import { ReportError } from './cases.ts';

export type XmlNode = Readonly<Record<string, unknown>>;

/** Deeper than any test tool nests its suites. */
const MAX_DEPTH = 64;

/** The top elements of a document. Entities are never expanded: a file that declares some is refused. */
export function parseXml(text: string): readonly XmlNode[] {
  if (/<!ENTITY/i.test(text)) throw new ReportError('the file declares XML entities, which are not read');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    preserveOrder: true,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    cdataPropName: '#cdata',
    trimValues: false,
  });
  try {
    return parser.parse(text, true) as readonly XmlNode[];
  } catch (error) {
    throw new ReportError(`not valid XML: ${(error as Error).message}`);
  }
}

/** The top element of the format, or an error that names what was expected. */
export function topElement(text: string, format: string, name: string): XmlNode {
  const top = parseXml(text).find((node) => nameOf(node) === name);
  if (top) return top;
  throw new ReportError(`not a file in the format ${format}: there is no ${name} in it`);
}

/** Goes through a tree, parents first. `visit` answers whether to go deeper. */
export function walk(node: XmlNode, visit: (node: XmlNode, parents: readonly XmlNode[]) => boolean): void {
  const go = (at: XmlNode, parents: readonly XmlNode[]) => {
    if (parents.length > MAX_DEPTH) throw new ReportError('elements are nested too deeply');
    if (!visit(at, parents)) return;
    for (const child of childrenOf(at)) if (nameOf(child) !== '#text') go(child, [...parents, at]);
  };
  go(node, []);
}

export function nameOf(node: XmlNode): string | undefined {
  return Object.keys(node).find((key) => key !== ':@');
}

export function childrenOf(node: XmlNode): readonly XmlNode[] {
  const children = node[nameOf(node) as string];
  return Array.isArray(children) ? (children as XmlNode[]) : [];
}

export function childNamed(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return node && childrenOf(node).find((child) => nameOf(child) === name);
}

export function attribute(node: XmlNode, name: string): string {
  const value = (node[':@'] as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? plain(value) : '';
}

/** The text of an element and its CDATA, empty when it is not there. */
export function textOf(node: XmlNode | undefined): string {
  if (!node) return '';
  return childrenOf(node)
    .map((child) => {
      if ('#text' in child) return plain(String(child['#text']));
      return '#cdata' in child ? literal(child) : '';
    })
    .join('')
    .trim();
}

/** CDATA is literal, but for what no text may hold. */
function literal(cdata: XmlNode): string {
  const text = (cdata['#cdata'] as readonly XmlNode[]).map((child) => String(child['#text'] ?? '')).join('');
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The five entities that every XML knows, and characters by number. */
function plain(text: string): string {
  return text
    .replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|lt|gt|amp|quot|apos);/gi, (whole, name: string) => {
      if (!name.startsWith('#')) return NAMED[name] ?? whole;
      const code =
        name[1] === 'x' || name[1] === 'X' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
    })
    .replaceAll('\0', '\uFFFD')
    .toWellFormed();
}
