import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';

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
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    // The parser recurses: a document that is nothing but brackets exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
    return unreadable(`${what} is nested too deeply`);
  }
  const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const broken = causes(
    document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY'),
    place,
  );
  return {
    document: broken.length === 0 ? document : undefined,
    problems: [
      ...broken.map(({ pos, message }) => ({
        offset: pos[0],
        message: `not valid YAML: ${message.split('\n', 1)[0]}`,
      })),
      ...twice.map(({ pos }) => ({
        offset: pos[0],
        message: `not valid YAML: the key ${keyAt(text, pos[0])} occurs twice`,
      })),
    ],
    place,
  };
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

function keyAt(text: string, offset: number): string {
  return (
    /^"[^"\n]{0,80}"|^'[^'\n]{0,80}'|^[^:\n]{1,80}/.exec(text.slice(offset, offset + 100))?.[0].trim() ?? ''
  );
}
