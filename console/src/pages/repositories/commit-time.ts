/** Git's `seconds offset` (`1764000000 +0000`) as a moment; undefined when it cannot be read. */
export function commitTime(date: string | undefined): Date | undefined {
  const seconds = Number.parseInt(date ?? '', 10);
  return Number.isNaN(seconds) ? undefined : new Date(seconds * 1_000);
}
