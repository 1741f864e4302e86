/** A word for POSIX shells, quoted only where it must be. */
export function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_\-./:@%+=,]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
