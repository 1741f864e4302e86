const MAX_LENGTH = 256;
// Control characters, space, and what has a meaning in revision syntax (git-check-ref-format, rules 4, 5 and 10).
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]/u;

/** Whether git takes this as the part of a ref behind `refs/heads/` or `refs/tags/`: git-check-ref-format's rules. */
export function isRefPart(name: string): boolean {
  if (name.length === 0 || name.length > MAX_LENGTH) return false;
  if (FORBIDDEN.test(name) || name.includes('..') || name.includes('@{') || name.endsWith('.')) return false;
  return name.split('/').every((part) => part.length > 0 && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** A branch's name may besides not begin with a dash nor be `HEAD` (git check-ref-format --branch). */
export function isBranchName(name: string): boolean {
  return isRefPart(name) && !name.startsWith('-') && name !== 'HEAD' && name !== '@';
}

export const HEADS = 'refs/heads/';
export const TAGS = 'refs/tags/';

/** A branch or tag by its full name; undefined for every other ref. */
export function describeRef(
  fullName: string,
): { readonly type: 'branch' | 'tag'; readonly name: string } | undefined {
  if (fullName.startsWith(HEADS)) return { type: 'branch', name: fullName.slice(HEADS.length) };
  if (fullName.startsWith(TAGS)) return { type: 'tag', name: fullName.slice(TAGS.length) };
  return undefined;
}

/** The existing branch that stands in the way: git cannot keep both `a` and `a/b`. */
export function clashingRef(fullName: string, existing: readonly string[]): string | undefined {
  return existing.find((other) => other.startsWith(`${fullName}/`) || fullName.startsWith(`${other}/`));
}
