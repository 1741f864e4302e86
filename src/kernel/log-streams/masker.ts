/** Replaces secret values in a text that comes in pieces. One masker for each text. */
export interface Masker {
  /** The next piece, masked; what may be the beginning of a value is kept back for the next call. */
  push(text: string): string;
  /** What was kept back, at the end of the text. */
  flush(): string;
}

const MASK = '***';
/** Shorter lines of a value of several lines ("}", "--") would mask half of every log. */
const SHORTEST_LINE = 4;

/**
 * Masks every occurrence of `values`, also where it is cut by the pieces and where occurrences overlap (they become
 * one `***`). A value of several lines is masked line by line, because logs are lines: its lines of at least four
 * characters count. Memory is bounded by the longest value.
 */
export function createMasker(values: readonly string[]): Masker {
  const secrets = linesOf(values);
  if (secrets.length === 0) return { push: (text) => text, flush: () => '' };
  let kept = '';
  /** How many characters at the start of `kept` belong to a `***` that was already given out. */
  let covered = 0;

  const mask = (text: string, last: boolean): string => {
    const whole = kept + text;
    const stop = last ? whole.length : holdFrom(whole, secrets);
    let masked = '';
    let at = 0;
    for (const range of rangesOf(whole, secrets, covered)) {
      if (range.from > stop) break;
      if (!range.given) masked += whole.slice(at, range.from) + MASK;
      at = range.to;
    }
    masked += whole.slice(at, Math.max(at, stop));
    kept = whole.slice(stop);
    covered = Math.max(0, at - stop);
    return masked;
  };
  return { push: (text) => mask(text, false), flush: () => mask('', true) };
}

/** Masks one whole text. */
export function maskText(values: readonly string[], text: string): string {
  const masker = createMasker(values);
  return masker.push(text) + masker.flush();
}

function linesOf(values: readonly string[]): string[] {
  const secrets = new Set<string>();
  for (const value of values) {
    const lines = value.split(/\r\n|\r|\n/);
    for (const line of lines)
      if (lines.length === 1 ? line !== '' : line.trim().length >= SHORTEST_LINE) secrets.add(line);
  }
  return [...secrets];
}

interface Range {
  readonly from: number;
  to: number;
  /** Its `***` was given out with an earlier piece. */
  readonly given: boolean;
}

/** Where values stand, overlapping ones joined, in order. */
function rangesOf(text: string, secrets: readonly string[], covered: number): Range[] {
  const found: Range[] = covered > 0 ? [{ from: 0, to: covered, given: true }] : [];
  for (const secret of secrets)
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      found.push({ from: at, to: at + secret.length, given: false });
  found.sort((a, b) => a.from - b.from || Number(b.given) - Number(a.given));
  const joined: Range[] = [];
  for (const range of found) {
    const before = joined.at(-1);
    if (before && range.from < before.to) before.to = Math.max(before.to, range.to);
    else joined.push(range);
  }
  return joined;
}

/** The first place from which the rest of the text is the beginning of a value. */
function holdFrom(text: string, secrets: readonly string[]): number {
  // No value holds a line end, so only what follows the last one can be the beginning of one.
  const lineStart = text.lastIndexOf('\n') + 1;
  let hold = text.length;
  for (const secret of secrets) {
    for (let at = Math.max(lineStart, text.length - secret.length + 1); at < hold; at++) {
      if (secret.startsWith(text.slice(at))) hold = at;
    }
  }
  return hold;
}
