/** Says whether a message is wanted. */
export type MessageFilter = (message: string) => boolean;

export type ParsedFilter =
  | { readonly kind: 'ok'; readonly matches: MessageFilter }
  | { readonly kind: 'bad'; readonly message: string };

/**
 * A text filter pattern: `term`s that must all be in the message, `"quoted phrases"`, `-term` that must not, and `?term`
 * of which one must (ignored beside other terms, as AWS does). Case counts. JSON (`{…}`), space-delimited (`[…]`) and
 * regular-expression (`%…%`) patterns are told apart and refused.
 */
export function parseFilterPattern(pattern: string): ParsedFilter {
  const text = pattern.trim();
  if (text.startsWith('{')) return refuse('JSON filter patterns');
  if (text.startsWith('[')) return refuse('space-delimited filter patterns');
  const terms: { readonly sign: string; readonly text: string }[] = [];
  const reader = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))\s*/gy;
  while (reader.lastIndex < text.length) {
    const found = reader.exec(text);
    if (!found || found[3]?.startsWith('"')) return { kind: 'bad', message: 'Invalid filter pattern' };
    const [, sign = '', quoted, plain = ''] = found;
    if (quoted === undefined && plain.length > 1 && plain.startsWith('%') && plain.endsWith('%')) {
      return refuse('regular expressions in filter patterns');
    }
    const term = quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1');
    if (term !== '') terms.push({ sign, text: term });
  }
  const of = (sign: string) => terms.filter((term) => term.sign === sign).map((term) => term.text);
  const needed = of('');
  const unwanted = of('-');
  const any = needed.length + unwanted.length > 0 ? [] : of('?');
  return {
    kind: 'ok',
    matches: (message) =>
      needed.every((term) => message.includes(term)) &&
      !unwanted.some((term) => message.includes(term)) &&
      (any.length === 0 || any.some((term) => message.includes(term))),
  };
}

function refuse(what: string): ParsedFilter {
  return { kind: 'bad', message: `Invalid filter pattern: ${what} are not available yet` };
}
