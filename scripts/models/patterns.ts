/** What became of one pattern of a model. `re` is undefined when it cannot be used at all. */
export interface TranslatedPattern {
  readonly re: string | undefined;
  readonly flags: string;
  readonly problem: string | undefined;
}

/**
 * Patterns of the models whose time grows without bound on a hostile string, each with one that accepts exactly the same
 * strings and does not. The generator reports any further one.
 */
export const gentler: Readonly<Record<string, string>> = {
  '^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$': '[a-z0-9*]+(?:[._\\-/][a-z0-9*]+)*',
  '^[ \\t]*[^\\x00-\\x1F:\\x7F]+([ \\t]+[^\\x00-\\x1F:\\x7F]+)*[ \\t]*$':
    '\\t*[^\\x00-\\x1F:\\x7F][^\\x00-\\x08\\x0A-\\x1F:\\x7F]*',
  '^[ \\t]*[\\x20-\\x7E]+([ \\t]+[\\x20-\\x7E]+)*[ \\t]*$': '\\t*[\\x20-\\x7E][\\x20-\\x7E\\t]*',
};

/** S3 reads the source of a copy decoded, so the slash behind the bucket may be escaped, as many programs send it. */
const copySource = '\\/?.+\\/.+';
const copySourceEscaped = '\\/?.+(?:\\/|%2[Ff]).+';

/** AWS means "not only white space" by it, also across lines, where a whole match with `.` would refuse them. */
const notBlank = '^(?!\\s*$).+';

/**
 * Turns a Java pattern, matched by AWS against the whole string, into a JavaScript one. Characters are code points in
 * both with the `u` flag; that flag forbids needless escapes, so they are removed first. A pattern that still does not
 * compile is tried without it.
 */
export function translatePattern(pattern: string): TranslatedPattern {
  let source = gentler[pattern] ?? pattern;
  let flags = 'u';
  if (source === copySource) source = copySourceEscaped;
  if (source === notBlank) flags += 's';
  if (source.startsWith('(?i)')) {
    source = source.slice(4);
    flags += 'i';
  }
  const portable = removeNeedlessEscapes(replaceJavaClasses(source));
  for (const [candidate, candidateFlags] of [
    [portable, flags],
    [source, flags.replace('u', '')],
  ] as const) {
    const re = `^(?:${candidate})$`;
    try {
      RegExp(re, candidateFlags);
    } catch {
      continue;
    }
    const lostProperty = !candidateFlags.includes('u') && /\\[pP]\{/.test(candidate);
    if (lostProperty) continue;
    const problem = candidateFlags.includes('u') ? undefined : 'compiles only without the u flag';
    return { re, flags: candidateFlags, problem };
  }
  return { re: undefined, flags: '', problem: 'does not compile' };
}

function replaceJavaClasses(source: string): string {
  return source
    .replaceAll('\\p{IsWhitespace}', '\\s')
    .replaceAll('\\p{Print}', '[\\x20-\\x7E]')
    .replaceAll('\\A', '^')
    .replaceAll(/\\[zZ]/g, '$');
}

/** Drops backslashes that mean nothing, and escapes braces and brackets that stand for themselves. */
function removeNeedlessEscapes(source: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at] ?? '';
    if (char === '\\') {
      const next = source[at + 1] ?? '';
      at++;
      const meaningful = /[\^$\\.*+?()[\]{}|/a-zA-Z0-9]/.test(next) || (inClass && next === '-');
      result += meaningful ? `\\${next}` : next;
      continue;
    }
    if (char === '[' && !inClass) inClass = true;
    else if (char === ']' && inClass) inClass = false;
    result += char;
  }
  return loosenClassRanges(result);
}

/** `[\w-/]` is a hyphen to Java, an error with the u flag: escape a hyphen that stands next to a class escape. */
function loosenClassRanges(source: string): string {
  return source.replaceAll(/\[(?:\\.|[^\]\\])*\]/g, (whole) =>
    whole.replaceAll(/(\\[wWdDsS])-(?!\])/g, '$1\\-').replaceAll(/(?<!\[|\[\^|\\)-(?=\\[wWdDsS])/g, '\\-'),
  );
}

const unfriendly = ['a', '0', 'aA0', '-', 'a-', 'a.', '/', 'a/', ':', ' ', 'a ', '_', '\u00e9'];

/**
 * Milliseconds of the slowest of some unfriendly strings of growing length, up to the longest that reaches the pattern:
 * one that explodes, and would let a client stall the server, shows here. Stops at the first slow one.
 */
export function worstCase(re: string, flags: string, longest: number): number {
  const expression = new RegExp(re, flags);
  let worst = 0;
  for (const length of [12, 16, 20, 24, 28, 100, 500, 2000, 10_000, 65_536]) {
    if (length > longest && length > 28) break;
    for (const seed of unfriendly) {
      for (const head of ['', 'arn:aws:', 'a', '0']) {
        const before = performance.now();
        expression.test(`${head}${seed.repeat(Math.ceil(length / seed.length))}\u0000`);
        worst = Math.max(worst, performance.now() - before);
      }
    }
    if (worst > 50) return worst;
  }
  return worst;
}
