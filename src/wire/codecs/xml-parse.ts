import { malformed, maxDepth } from './problem.ts';

/** An element without its namespace prefix; attributes keep theirs. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside it. */
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * A small strict parser for request bodies. It knows no document types (so no entities to expand and nothing to fetch),
 * and refuses what is not well-formed or nested too deep. Throws `SerializationException`.
 */
export function parseXml(source: string): XmlElement {
  const parser = new XmlParser(source.startsWith('\ufeff') ? source.slice(1) : source);
  return parser.document();
}

interface OpenElement {
  name: string;
  rawName: string;
  attributes: Map<string, string>;
  children: XmlElement[];
  text: string;
}

class XmlParser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source.replaceAll(/\r\n?/g, '\n');
  }

  document(): XmlElement {
    const open: OpenElement[] = [];
    let root: XmlElement | undefined;
    while (this.#at < this.#source.length) {
      const parent = open.at(-1);
      if (this.#source[this.#at] !== '<') {
        const text = this.#until('<', false);
        if (parent !== undefined) parent.text += decodeEntities(text);
        else if (text.trim() !== '') throw invalid('text outside of the root element');
      } else if (this.#skip('<!--')) {
        this.#until('-->', true);
      } else if (this.#skip('<![CDATA[')) {
        if (parent === undefined) throw invalid('text outside of the root element');
        parent.text += this.#until(']]>', true);
      } else if (this.#skip('<?')) {
        this.#until('?>', true);
      } else if (this.#skip('<!')) {
        throw invalid('document types are not accepted');
      } else if (this.#skip('</')) {
        const name = this.#until('>', true).trimEnd();
        const closed = open.pop();
        if (closed?.rawName !== name) throw invalid(`unexpected end of ${name}`);
        root = this.#close(closed, open.at(-1), root);
      } else {
        this.#at++;
        const { element, empty } = this.#startTag();
        if (parent === undefined && root !== undefined) throw invalid('more than one root element');
        if (empty) root = this.#close(element, parent, root);
        else if (open.push(element) > maxDepth) throw invalid(`nested deeper than ${maxDepth} levels`);
      }
    }
    if (open.length > 0 || root === undefined) throw invalid('the document ends too early');
    return root;
  }

  #close(
    element: OpenElement,
    parent: OpenElement | undefined,
    root: XmlElement | undefined,
  ): XmlElement | undefined {
    if (parent === undefined) return element;
    parent.children.push(element);
    return root;
  }

  #startTag(): { element: OpenElement; empty: boolean } {
    const rawName = this.#match(/[^\s<>/='"]+/y);
    const attributes = new Map<string, string>();
    for (;;) {
      const space = this.#match(/\s*/y, true);
      if (this.#skip('/>')) return { element: openElement(rawName, attributes), empty: true };
      if (this.#skip('>')) return { element: openElement(rawName, attributes), empty: false };
      if (space === '') throw invalid(`broken tag ${rawName}`);
      const name = this.#match(/[^\s<>/='"]+/y);
      this.#match(/\s*=\s*/y);
      const quoted = this.#match(/"[^"<]*"|'[^'<]*'/y);
      attributes.set(name, decodeEntities(quoted.slice(1, -1)));
    }
  }

  #skip(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** Reads up to `text`, and over it when it is `required`. */
  #until(text: string, required: boolean): string {
    const found = this.#source.indexOf(text, this.#at);
    if (found < 0 && required) throw invalid(`${text} is missing`);
    const end = found < 0 ? this.#source.length : found;
    const result = this.#source.slice(this.#at, end);
    this.#at = required ? end + text.length : end;
    return result;
  }

  #match(expression: RegExp, mayBeEmpty = false): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source)?.[0] ?? '';
    if (found === '' && !mayBeEmpty) throw invalid(`unexpected character at ${this.#at}`);
    this.#at += found.length;
    return found;
  }
}

function openElement(rawName: string, attributes: Map<string, string>): OpenElement {
  return { name: rawName.slice(rawName.indexOf(':') + 1), rawName, attributes, children: [], text: '' };
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&]{0,12});?/g, (whole, name: string) => {
    const known = whole.endsWith(';') ? (entities[name] ?? numericEntity(name)) : undefined;
    if (known === undefined) throw invalid(`unknown entity ${whole}`);
    return known;
  });
}

function numericEntity(name: string): string | undefined {
  const digits = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
  if (digits === null) return undefined;
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function invalid(reason: string): Error {
  return malformed(`The XML is not well-formed: ${reason}`);
}
