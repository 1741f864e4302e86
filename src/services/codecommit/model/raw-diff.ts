export interface BlobPlace {
  readonly blobId: string;
  readonly path: string;
  readonly mode: string;
}

export interface Difference {
  readonly changeType: 'A' | 'M' | 'D';
  readonly before: BlobPlace | undefined;
  readonly after: BlobPlace | undefined;
}

/** Reads `git diff-tree --raw -z`: `:<mode> <mode> <id> <id> <letter>\0<path>\0`, again and again. */
export function parseRawDiff(output: Buffer): readonly Difference[] {
  const fields = output.toString('utf8').split('\0');
  const found: Difference[] = [];
  for (let n = 0; n + 1 < fields.length; n += 2) {
    const path = fields[n + 1] as string;
    const [oldMode = '', newMode = '', oldId = '', newId = '', letter] = (fields[n] as string)
      .slice(1)
      .split(' ');
    const before = { blobId: oldId, path, mode: oldMode };
    const after = { blobId: newId, path, mode: newMode };
    if (letter === 'A') found.push({ changeType: 'A', before: undefined, after });
    else if (letter === 'D') found.push({ changeType: 'D', before, after: undefined });
    else found.push({ changeType: 'M', before, after });
  }
  return found;
}
