/** `encoding-type=url`: everything but letters, digits and `-_.~/*` is percent-encoded, in upper case. */
export function encodeListed(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}
