/**
 * The patterns of buildspec `files` and `exclude-paths` (C1.9). They are not shell globs: `*` crosses `/`, and a star at
 * the start also stands for the `.` of `./path`. So `*` + `/*` names every file, those at the top included, just as
 * `**` + `/*` does, and `dist/*` names the whole tree below `dist`.
 *
 * - `*`, `**`: any characters, `/` included;  `**` + `/`: any number of whole folders, also none
 * - `?`: one character other than `/`;  `[abc]`, `[a-z]`, `[!a]`: one of a set;  `\x`: x itself
 *
 * Matching takes time in proportion to pattern times path, whatever the pattern.
 */
export interface Glob {
  readonly pattern: string;
  matches(path: string): boolean;
}

type Token =
  | { readonly kind: 'one'; readonly fits: (char: string) => boolean }
  | { readonly kind: 'many' }
  /** What follows, up to and with the next `/`, may be left out. */
  | { readonly kind: 'maybe' };

export function compileGlob(pattern: string): Glob {
  const plain = pattern.startsWith('./') ? pattern.slice(2) : pattern;
  const tokens = tokenise(plain);
  const dotted = plain.startsWith('*');
  return { pattern, matches: (path) => run(tokens, path) || (dotted && run(tokens, `./${path}`)) };
}

/** True when the pattern holds no wildcard and so names one path. */
export function isLiteral(pattern: string): boolean {
  return !/[*?[\]\\]/.test(pattern);
}

function tokenise(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const char = pattern.charAt(at);
    if (char === '*') {
      if (pattern.startsWith('**/', at) && (at === 0 || pattern.charAt(at - 1) === '/')) {
        tokens.push({ kind: 'maybe' }, { kind: 'many' }, literal('/'));
        at += 3;
      } else {
        tokens.push({ kind: 'many' });
        at++;
      }
    } else if (char === '[') {
      const set = charSet(pattern, at);
      tokens.push({ kind: 'one', fits: set?.fits ?? ((c) => c === '[') });
      at = set?.end ?? at + 1;
    } else if (char === '?') {
      tokens.push({ kind: 'one', fits: (c) => c !== '/' });
      at++;
    } else {
      tokens.push(literal(char === '\\' && at + 1 < pattern.length ? pattern.charAt(++at) : char));
      at++;
    }
  }
  return tokens;
}

function literal(char: string): Token {
  return { kind: 'one', fits: (c) => c === char };
}

/** `[…]` from `start`, or nothing when the bracket is never closed. */
function charSet(
  pattern: string,
  start: number,
): { readonly fits: (char: string) => boolean; readonly end: number } | undefined {
  const negated = pattern[start + 1] === '!' || pattern[start + 1] === '^';
  const from = start + (negated ? 2 : 1);
  // A `]` that comes first stands for itself.
  const close = pattern.indexOf(']', from + 1);
  if (close < 0) return undefined;
  const body = pattern.slice(from, close);
  const ranges: [string, string][] = [];
  for (let at = 0; at < body.length; at++) {
    const first = body.charAt(at);
    if (body[at + 1] === '-' && at + 2 < body.length) {
      ranges.push([first, body.charAt(at + 2)]);
      at += 2;
    } else ranges.push([first, first]);
  }
  const within = (char: string) => ranges.some(([low, high]) => low <= char && char <= high);
  return { fits: (char) => char !== '/' && within(char) !== negated, end: close + 1 };
}

/** Steps all the places in the tokens that may be reached through the path, one character after the other. */
function run(tokens: readonly Token[], path: string): boolean {
  let places = closure(tokens, [0]);
  for (const char of path) {
    const next: number[] = [];
    for (const place of places) {
      const token = tokens[place];
      if (token?.kind === 'many') next.push(place);
      else if (token?.kind === 'one' && token.fits(char)) next.push(place + 1);
    }
    if (next.length === 0) return false;
    places = closure(tokens, next);
  }
  return places.has(tokens.length);
}

/** Adds what is reached without a character. A set that grows while it is walked is walked to its end. */
function closure(tokens: readonly Token[], from: readonly number[]): Set<number> {
  const places = new Set(from);
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === 'many' || kind === 'maybe') places.add(place + 1);
    if (kind === 'maybe') places.add(place + 3);
  }
  return places;
}
