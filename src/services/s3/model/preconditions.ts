/** Conditional headers as they come: ETags possibly in quotes, lists or `*`; dates. */
export interface ReadConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

export interface WriteConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export interface Current {
  /** Without quotes. */
  readonly eTag: string;
  /** Milliseconds. */
  readonly lastModified: number;
}

/** `failed` carries the name of the header, for the error. */
export type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'failed'; readonly condition: string };

const GO: Verdict = { kind: 'go' };

/** RFC 9110 13.2.2: `If-Match` wins over `If-Unmodified-Since`, `If-None-Match` over `If-Modified-Since`. */
export function judgeRead(conditions: ReadConditions, current: Current): Verdict {
  // HTTP dates have no milliseconds.
  const modified = seconds(current.lastModified);
  if (conditions.ifMatch !== undefined) {
    if (!eTagFits(conditions.ifMatch, current.eTag)) return { kind: 'failed', condition: 'If-Match' };
  } else if (conditions.ifUnmodifiedSince && modified > seconds(conditions.ifUnmodifiedSince.getTime())) {
    return { kind: 'failed', condition: 'If-Unmodified-Since' };
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (eTagFits(conditions.ifNoneMatch, current.eTag)) return { kind: 'not-modified' };
  } else if (conditions.ifModifiedSince && modified <= seconds(conditions.ifModifiedSince.getTime())) {
    return { kind: 'not-modified' };
  }
  return GO;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** Whether a write may replace what is there (`undefined`: nothing, or a delete marker). */
export function judgeWrite(conditions: WriteConditions, current: Current | undefined): Verdict {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined) {
    // S3 knows only "nothing is there yet" for writes.
    if (ifNoneMatch.trim() !== '*') return { kind: 'unsupported' };
    if (current) return { kind: 'failed', condition: 'If-None-Match' };
  }
  if (ifMatch !== undefined) {
    if (!current) return { kind: 'missing' };
    if (!eTagFits(ifMatch, current.eTag)) return { kind: 'failed', condition: 'If-Match' };
  }
  return GO;
}

/** Whether a header (`*`, one ETag or a list, with or without quotes) names this ETag. */
export function eTagFits(header: string, eTag: string): boolean {
  return header.split(',').some((item) => {
    const name = item
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return name === '*' || name === eTag;
  });
}
