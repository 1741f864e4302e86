import { strictEscapes } from './encoding.ts';

/** What of a request goes into its signature. */
export interface SignedParts {
  readonly method: string;
  /** The path exactly as on the request line, still percent-encoded, before anybody rewrote it. */
  readonly rawPath: string;
  /** Without `?`. */
  readonly rawQuery: string;
  /** Name and value by turns, as `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  /** Named by the Host. Signature Version 2 puts it in front of the path; version 4 signs the Host itself. */
  readonly bucket?: string | undefined;
}

/** Services whose path is signed as it is sent: their keys may hold `..`, `//` and escapes of their own. */
const VERBATIM_PATH = new Set(['s3', 's3express', 's3-object-lambda', 's3-outposts']);

export function signsPathVerbatim(service: string): boolean {
  return VERBATIM_PATH.has(service);
}

/**
 * The spellings of the path that a client may have signed. S3 signs it as sent; a client that escapes less on the wire
 * than in the signature means the same key, so its strict spelling counts too. All others normalise it and encode it
 * once more.
 */
export function canonicalPaths(service: string, rawPath: string): readonly string[] {
  if (!signsPathVerbatim(service)) return [encodedAgain(normalisedPath(rawPath))];
  const strict = strictEscapes(rawPath, true);
  return strict === rawPath ? [rawPath] : [rawPath, strict];
}

function encodedAgain(path: string): string {
  // A path on the wire holds ASCII and raw bytes only, so escaping `%` first makes every other escape literal.
  return strictEscapes(path.replaceAll('%', '%25'), true);
}

/**
 * The path without dot segments and empty segments: what all services but S3 sign. They must be routed by it as well,
 * or somebody on the way could lead a signed request elsewhere.
 */
export function normalisedPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

/**
 * Parameters in strict spelling, sorted by name and then value, without the signature itself. A bare `+` is the space
 * that all decoders of ours read it as.
 */
export function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return '';
  const pairs: [string, string][] = [];
  for (const part of rawQuery.replaceAll('+', '%20').split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = strictEscapes(equals < 0 ? part : part.slice(0, equals), false);
    if (name === 'X-Amz-Signature') continue;
    pairs.push([name, equals < 0 ? '' : strictEscapes(part.slice(equals + 1), false)]);
  }
  pairs.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `name:value\n` for each signed header, in the given order. A signed header that did not come counts as empty. */
export function canonicalHeaders(rawHeaders: readonly string[], signed: readonly string[]): string {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    // Only these are blanks: 0xA0 is a letter's second half.
    const value = (rawHeaders[at + 1] as string).replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return signed.map((name) => `${name}:${values.get(name) ?? ''}\n`).join('');
}

/** The text whose hash is signed. */
export function canonicalRequest(
  parts: SignedParts,
  path: string,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const headers = canonicalHeaders(parts.rawHeaders, signedHeaders);
  return `${parts.method}\n${path}\n${canonicalQuery(parts.rawQuery)}\n${headers}\n${signedHeaders.join(';')}\n${payloadHash}`;
}
