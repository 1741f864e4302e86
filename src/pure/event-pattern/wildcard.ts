/** The pieces of text between the stars of a wildcard: `a*b` is `['a', 'b']`. */
export type Wildcard = readonly string[];

/** `*` stands for any characters, `\*` and `\\` for themselves. */
export function parseWildcard(text: string): Wildcard | { readonly problem: string } {
  const parts: string[] = [];
  let part = '';
  for (let n = 0; n < text.length; n++) {
    const char = text[n] as string;
    if (char === '\\') {
      const next = text[++n];
      if (next !== '*' && next !== '\\') return { problem: `invalid escape character at position ${n}` };
      part += next;
    } else if (char === '*') {
      if (text[n + 1] === '*') return { problem: `consecutive wildcard characters at position ${n}` };
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  return parts;
}

export function matchesWildcard(parts: Wildcard, text: string): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let from = first.length;
  // The earliest place for each piece leaves the most room for those behind it.
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
