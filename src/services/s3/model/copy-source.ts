export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** Reads `x-amz-copy-source`: `[/]bucket/key[?versionId=…]`, percent-encoded, slashes or not. Undefined when it is none. */
export function parseCopySource(header: string): CopySource | undefined {
  const [, path = '', versionId] = /^(?:\/|%2[Ff])?(.*?)(?:\?versionId=([^&]*))?$/s.exec(header) ?? [];
  const slash = path.search(/\/|%2f/i);
  if (slash <= 0) return undefined;
  try {
    const bucket = decodeURIComponent(path.slice(0, slash));
    const key = decodeURIComponent(path.slice(path[slash] === '/' ? slash + 1 : slash + 3));
    if (key === '') return undefined;
    return { bucket, key, versionId: versionId === undefined ? undefined : decodeURIComponent(versionId) };
  } catch {
    return undefined;
  }
}
