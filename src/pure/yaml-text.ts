import { type Document, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';

export interface YamlProblem {
  /** Where it begins, in characters. */
  readonly offset: number;
  readonly message: string;
}

/** A YAML (hence also JSON) text, read as far as it can be. */
export interface YamlText {
  /** Undefined when the text cannot be read any further; problems tell why. Keys that occur twice are no reason. */
  readonly document: Document | undefined;
  readonly problems: readonly YamlProblem[];
  /** Line and column of an offset, from 1. */
  place(offset: number): { readonly line: number; readonly column: number };
}

/**
 * @param what how messages name it: `the buildspec`
 * @param maxBytes a definition is read by people: more would only keep a server busy
 */
export function openYaml(text: string, what: string, maxBytes: number): YamlText {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const unreadable = (message: string) => ({
    document: undefined,
    problems: [{ offset: 0, message }],
    place,
  });
  if (Buffer.byteLength(text) > maxBytes) return unreadable(`${what} is larger than ${maxBytes / 1024} KB`);
  if (isTooDeep(text)) return unreadable(`${what} is nested too deeply`);
  let document: Document;
  let twice: readonly YamlProblem[];
  try {
    // The library looks for keys that occur twice by comparing each with each.
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    twice = repeatedKeys(document);
  } catch (error) {
    // The parser recurses.
    if (!(error instanceof RangeError)) throw error;
    return unreadable(`${what} is nested too deeply`);
  }
  const broken = causes(document.errors, place).map(({ pos, message }) => ({
    offset: pos[0],
    message: `not valid YAML: ${message.split('\n', 1)[0]}`,
  }));
  return {
    document: broken.length === 0 ? document : undefined,
    problems: [...broken, ...twice].slice(0, MAX_PROBLEMS),
    place,
  };
}

const MAX_PROBLEMS = 100;
const MAX_DEPTH = 1_000;

/**
 * Brackets that are never closed, or dashes in a row, each of which is a level: the parser would take long to fail on
 * them. Far more than any script within a definition leaves open.
 */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let dashes = 0;
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n);
    if (code === 0x5b || code === 0x7b) depth++;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--;
    else if (code === 0x2d && text.charCodeAt(n + 1) === 0x20) dashes++;
    else if (code === 0x0a) dashes = 0;
    if (depth > MAX_DEPTH || dashes > MAX_DEPTH) return true;
  }
  return false;
}

function repeatedKeys(document: Document): readonly YamlProblem[] {
  const found: YamlProblem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (found.length >= MAX_PROBLEMS) return visit.BREAK;
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          const message = `not valid YAML: the key ${name.slice(0, 80)} occurs twice`;
          found.push({ offset: key.range?.[0] ?? 0, message });
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return found.toSorted((a, b) => a.offset - b.offset);
}

/** One mistake makes several errors: of a line the first is told, and next to a tab only the tab. */
function causes(errors: readonly YAMLError[], place: YamlText['place']): readonly YAMLError[] {
  const lineOf = ({ pos }: YAMLError) => place(pos[0]).line;
  const tabs = new Set(errors.filter(({ code }) => code === 'TAB_AS_INDENT').map(lineOf));
  const seen = new Set<number>();
  return errors.filter((error) => {
    const line = lineOf(error);
    const isTab = error.code === 'TAB_AS_INDENT';
    if (seen.has(line) || (!isTab && [line - 1, line, line + 1].some((near) => tabs.has(near)))) return false;
    seen.add(line);
    return true;
  });
}
