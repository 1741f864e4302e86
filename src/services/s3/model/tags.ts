export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export type TagsRead =
  | { readonly kind: 'tags'; readonly tags: readonly Tag[] }
  | { readonly kind: 'invalid'; readonly message: string };

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Checks tags against S3's rules: at most `limit`, keys unique, 1 to 128 characters, values up to 256. */
export function checkTags(tags: readonly Tag[], limit: number): TagsRead {
  if (tags.length > limit) return invalid(`Object tags cannot be greater than ${limit}`);
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length)
    return invalid('Cannot provide multiple Tags with the same key');
  for (const { Key, Value } of tags) {
    if (Key === '' || Key.length > 128 || !ALLOWED.test(Key))
      return invalid('The TagKey you have provided is invalid');
    if (Value.length > 256 || !ALLOWED.test(Value))
      return invalid('The TagValue you have provided is invalid');
    if (/^aws:/i.test(Key)) return invalid('System tags cannot be added/updated by requester');
  }
  return { kind: 'tags', tags };
}

/** Reads the `x-amz-tagging` header: `a=b&c=d`, form-encoded. */
export function parseTagging(header: string | undefined): TagsRead {
  const pairs = [...new URLSearchParams(header ?? '')];
  return checkTags(
    pairs.map(([Key, Value]) => ({ Key, Value })),
    10,
  );
}

function invalid(message: string): TagsRead {
  return { kind: 'invalid', message };
}
