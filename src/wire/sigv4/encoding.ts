const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/;

/** AWS's `UriEncode` of a text's UTF-8 bytes: everything but `A-Za-z0-9-._~` becomes `%XX`. */
export function uriEncode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (character) =>
    percent(character.charCodeAt(0)),
  );
}

/** As {@link uriEncode}, with slashes left alone: how a path is written on a request line. */
export function uriEncodePath(path: string): string {
  return UNRESERVED_PATH.test(path) ? path : path.split('/').map(uriEncode).join('/');
}

/**
 * Rewrites a part of a request target into its one strict spelling without changing what it means: escapes in upper
 * case, unreserved characters bare, everything else escaped, a stray `%` escaped too. Non-ASCII characters are the
 * bytes of the request line (Node reads it as latin-1).
 */
export function strictEscapes(raw: string, keepSlashes: boolean): string {
  if ((keepSlashes ? UNRESERVED_PATH : UNRESERVED).test(raw)) return raw;
  return raw.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/g, (match) => {
    if (match === '/' && keepSlashes) return match;
    if (match.length === 1) return percent(match.charCodeAt(0) & 0xff);
    const byte = Number.parseInt(match.slice(1), 16);
    const character = String.fromCharCode(byte);
    return UNRESERVED.test(character) ? character : percent(byte);
  });
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
