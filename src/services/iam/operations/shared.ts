import { iamErrors } from '../errors.ts';
import { readMarker } from '../model/paging.ts';
import type { PolicyKind } from '../model/policy-document.ts';
import { parsePolicyDocument } from '../model/policy-document.ts';

/** Everything of a service's output but what the client adds. */
export type Out<T> = Omit<T, '$metadata'>;

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const MAX_TAGS = 50;

/** Documents travel percent-encoded in answers (RFC 3986). */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function checkDocument(text: string, kind: PolicyKind): void {
  const parsed = parsePolicyDocument(text, kind);
  if (parsed.kind === 'malformed') throw iamErrors.malformedPolicy(parsed.message);
}

/** The name a page begins behind. */
export function markerOf(input: { readonly Marker?: string | undefined }): string {
  const name = readMarker(input.Marker);
  if (name === undefined) throw iamErrors.validation('The provided pagination marker is invalid.');
  return name;
}

/** Tags of an input, keys unique in any case, as JSON for a row. */
export function newTags(
  input: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): string {
  return JSON.stringify(mergeTags('[]', input ?? []));
}

export function mergeTags(
  json: string,
  added: readonly { Key?: string | undefined; Value?: string | undefined }[],
): readonly Tag[] {
  const tags = new Map(readTags(json).map((tag) => [tag.Key.toLowerCase(), tag]));
  const keys = added.map(({ Key }) => (Key ?? '').toLowerCase());
  if (new Set(keys).size < keys.length)
    throw iamErrors.invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  for (const { Key = '', Value = '' } of added) {
    if (/^aws:/i.test(Key)) throw iamErrors.invalidInput('Tag keys must not begin with aws:');
    tags.set(Key.toLowerCase(), { Key, Value });
  }
  if (tags.size > MAX_TAGS) throw iamErrors.limit(`Cannot exceed quota for TagsPerResource: ${MAX_TAGS}`);
  return [...tags.values()];
}

export function withoutTags(json: string, keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return readTags(json).filter((tag) => !gone.has(tag.Key.toLowerCase()));
}

export function readTags(json: string): Tag[] {
  return JSON.parse(json) as Tag[];
}
