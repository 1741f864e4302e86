/** Where reading goes on. Opaque to clients; what was not made here is refused (undefined). */

const WIDTH = 56;

/** `f/<56 digits>/s` and `b/<56 digits>/s`, AWS's own shape, around an offset of the stream. */
export function streamToken(direction: 'f' | 'b', offset: number): string {
  return `${direction}/${String(offset).padStart(WIDTH, '0')}/s`;
}

export function readStreamToken(
  token: string,
): { readonly direction: 'f' | 'b'; readonly offset: number } | undefined {
  const found = /^([fb])\/(\d{56})\/s$/.exec(token);
  const offset = Number(found?.[2]);
  if (!found || !Number.isSafeInteger(offset)) return undefined;
  return { direction: found[1] as 'f' | 'b', offset };
}
