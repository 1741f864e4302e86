/** A run of text in a paragraph. */
export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly parts: readonly Inline[] }
  | { readonly kind: 'link'; readonly to: string; readonly parts: readonly Inline[] };

// Code first, since nothing counts inside it; then pictures (their description is kept), links, addresses, bold, italic.
const MARK =
  /(`+)([\s\S]*?[^`])\1(?!`)|!\[([^\]]*)\]\([^()\s]*(?:\s+"[^"]*")?\)|\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^()\s]*)(?:\s+"[^"]*")?\)|<(https?:\/\/[^\s<>]+)>|(\*\*|__)(?=\S)([\s\S]*?\S)\7(?![*_])|(?<![\w*])([*_])(?=\S)([^*_]*?\S)\9(?!\w)/;
const DEPTH = 8;
/** Longer paragraphs are nobody's prose; they stay text, so that none can keep the page busy. */
const LONGEST = 10_000;

/** Reads code, links, bold and italic; anything else is text. HTML is text too. */
export function parseInline(source: string, depth = 0): Inline[] {
  const parts: Inline[] = [];
  let rest = source;
  while (rest !== '') {
    const match = depth < DEPTH && source.length <= LONGEST ? MARK.exec(rest) : null;
    if (match === null) break;
    if (match.index > 0) parts.push({ kind: 'text', text: rest.slice(0, match.index) });
    parts.push(inlineOf(match, depth + 1));
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== '') parts.push({ kind: 'text', text: rest });
  return parts;
}

function inlineOf(match: RegExpExecArray, depth: number): Inline {
  const [all, , code, picture, linkText, linkTo, address, , strong, , emphasis] = match;
  if (code !== undefined) return { kind: 'code', text: code.trim() };
  if (picture !== undefined) return { kind: 'text', text: picture };
  if (linkText !== undefined) return { kind: 'link', to: linkTo ?? '', parts: parseInline(linkText, depth) };
  if (address !== undefined) return { kind: 'link', to: address, parts: [{ kind: 'text', text: address }] };
  if (strong !== undefined) return { kind: 'strong', parts: parseInline(strong, depth) };
  if (emphasis !== undefined) return { kind: 'emphasis', parts: parseInline(emphasis, depth) };
  return { kind: 'text', text: all };
}
