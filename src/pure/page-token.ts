/** An opaque token for "go on behind this key", good only for the list it was given out for. */
export function encodePageToken(list: string, after: string): string {
  return Buffer.from(JSON.stringify([list, after]), 'utf8').toString('base64url');
}

/** The key behind which to go on; undefined for a token that is damaged or belongs to another list. */
export function decodePageToken(list: string, token: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 2 || parsed[0] !== list) return undefined;
    return typeof parsed[1] === 'string' ? parsed[1] : undefined;
  } catch {
    return undefined;
  }
}
