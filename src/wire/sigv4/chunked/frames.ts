import { SignatureError } from '../signature-error.ts';

/** The first line of a chunk: `10000;chunk-signature=…`. */
export interface ChunkHead {
  readonly size: number;
  readonly signature: string | undefined;
}

/** Bounds one chunk, as memory is not at stake but a size line must be a number. */
const MAX_CHUNK = 5 * 1024 ** 3;

export function parseChunkHead(line: string): ChunkHead {
  const match = /^([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  const size = match ? Number.parseInt(match[1] as string, 16) : Number.NaN;
  if (!match || size > MAX_CHUNK)
    throw new SignatureError('malformed-chunk', 'A chunk of the aws-chunked body has no valid size line.');
  return { size, signature: match[2] };
}

/** Trailers as `name: value`, in order. Blank lines between them are what clients differ in. */
export function parseTrailers(text: string): readonly (readonly [string, string])[] {
  const trailers: [string, string][] = [];
  for (const line of text.split('\n')) {
    const clean = line.trim();
    if (clean === '') continue;
    const colon = clean.indexOf(':');
    if (colon <= 0)
      throw new SignatureError(
        'malformed-trailer',
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
      );
    trailers.push([clean.slice(0, colon).trim().toLowerCase(), clean.slice(colon + 1).trim()]);
  }
  return trailers;
}
