/** Pieces of an input template: text as it stands, and variables with whether they stand inside a JSON string. */
export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly quoted: boolean };

/** Takes apart `{"state": <state>, "text": "It is <state>"}`. */
export function parseTemplate(template: string): readonly TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  const variable = /<([A-Za-z0-9_.-]+)>/y;
  let text = '';
  let quoted = false;
  for (let n = 0; n < template.length; n++) {
    const char = template[n] as string;
    variable.lastIndex = n;
    const found = char === '<' ? variable.exec(template) : null;
    if (found) {
      if (text !== '') pieces.push({ kind: 'text', text });
      text = '';
      pieces.push({ kind: 'variable', name: found[1] as string, quoted });
      n += found[0].length - 1;
      continue;
    }
    if (quoted && char === '\\') {
      text += char + (template[++n] ?? '');
      continue;
    }
    if (char === '"') quoted = !quoted;
    text += char;
  }
  if (text !== '') pieces.push({ kind: 'text', text });
  return pieces;
}

/**
 * Fills in the variables so that JSON stays JSON: outside of strings a value as JSON, inside of one its text, escaped.
 * What has no value is `null` outside and nothing inside.
 */
export function renderTemplate(pieces: readonly TemplatePiece[], value: (name: string) => unknown): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'text') return piece.text;
      const found = value(piece.name);
      if (!piece.quoted) return found === undefined ? 'null' : JSON.stringify(found);
      if (found === undefined) return '';
      const text = typeof found === 'string' ? found : JSON.stringify(found);
      return JSON.stringify(text).slice(1, -1);
    })
    .join('');
}
