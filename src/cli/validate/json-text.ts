import type { Finding } from '../../kernel/errors.ts';

/** What keeps a text from being JSON, with its place. YAML, which a definition is read as, forgives much of it. */
export function jsonProblem(text: string, file: string): Finding | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const { offset, message } = firstOffence(text);
    const before = text.slice(0, offset);
    return {
      severity: 'error',
      file,
      line: before.split('\n').length,
      column: before.length - before.lastIndexOf('\n'),
      path: '',
      message: `not valid JSON: ${message}`,
    };
  }
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/uy;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'comma' | 'end';

const WORDS: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or ]',
  key: 'a key in double quotes',
  'key or }': 'a key in double quotes or }',
  ':': 'a colon',
  comma: 'a comma or the closing bracket',
  end: 'the end of the file',
};

/** The platform's own parser does not always say where; this one only looks for the place. */
function firstOffence(text: string): { readonly offset: number; readonly message: string } {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const [token = '', mark, string] = TOKEN.exec(text) ?? [];
    const next: Expected | undefined =
      token === '' ? undefined : follow(expected, mark, string !== undefined, open);
    if (next === undefined) {
      const offset = at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0);
      const found =
        offset >= text.length
          ? 'the file ends'
          : `there is ${text.slice(offset, offset + 20).split('\n', 1)[0]}`;
      return { offset, message: `${WORDS[expected]} must stand here, but ${found}` };
    }
    expected = next;
    at += token.length;
  }
}

/** What is expected after a token; undefined when the token itself was not. */
function follow(
  expected: Expected,
  mark: string | undefined,
  isString: boolean,
  open: ('{' | '[')[],
): Expected | undefined {
  const after = (): Expected => (open.length === 0 ? 'end' : 'comma');
  switch (expected) {
    case 'value':
    case 'value or ]':
      if (mark === undefined) return after();
      if (mark === '{' || mark === '[') {
        open.push(mark);
        return mark === '{' ? 'key or }' : 'value or ]';
      }
      if (mark !== ']' || expected === 'value') return undefined;
      open.pop();
      return after();
    case 'key':
    case 'key or }':
      if (isString) return ':';
      if (mark !== '}' || expected === 'key') return undefined;
      open.pop();
      return after();
    case ':':
      return mark === ':' ? 'value' : undefined;
    case 'comma': {
      const inside = open.at(-1);
      if (mark === ',') return inside === '{' ? 'key' : 'value';
      if (mark !== (inside === '{' ? '}' : ']')) return undefined;
      open.pop();
      return after();
    }
    case 'end':
      return undefined;
  }
}
