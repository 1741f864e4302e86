import type { Tag as WireTag } from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import type { Tag } from './tag-filters.ts';

/** Tags of a resource that is being made. */
export function checkNewTags(tags: readonly WireTag[] | undefined): readonly Tag[] {
  return checkTags(tags ?? [], 'InvalidTagsToAddException', 'InvalidTagsToAddException');
}

/** AWS's bounds: keys of 1 to 128 characters, values up to 256, at most 50, no key twice. */
export function checkTags(
  tags: readonly WireTag[],
  invalid: string,
  tooMany: string,
  most = 50,
): readonly Tag[] {
  const checked = tags.map(({ Key: key = '', Value: value = '' }): Tag => {
    if (key.length < 1 || key.length > 128 || value.length > 256) {
      throw new ApiError(invalid, `The tag ${JSON.stringify(key.slice(0, 128))} is not valid.`);
    }
    return { key, value };
  });
  if (checked.length > most) throw new ApiError(tooMany, `There are more than ${most} tags.`);
  if (new Set(checked.map((tag) => tag.key)).size < checked.length) {
    throw new ApiError(invalid, 'A tag key is given twice.');
  }
  return checked;
}

/** New values win. */
export function mergeTags(tags: readonly Tag[], more: readonly Tag[]): readonly Tag[] {
  return [...tags.filter((tag) => !more.some((other) => other.key === tag.key)), ...more];
}

export function wireTags(tags: readonly Tag[]): WireTag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
