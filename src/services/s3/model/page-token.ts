/** Where a listing goes on. Opaque to clients; a token that was not made here is refused. */
export function writePageToken(place: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Undefined when the token is not one of ours or lacks one of the names. */
export function readPageToken<N extends string>(
  token: string,
  names: readonly N[],
): Record<N, string> | undefined {
  try {
    const place = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Record<N, unknown>;
    return names.every((name) => typeof place[name] === 'string') ? (place as Record<N, string>) : undefined;
  } catch {
    return undefined;
  }
}
