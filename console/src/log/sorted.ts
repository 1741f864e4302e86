/** The last index whose value is at most `limit`; values rise. 0 when there is none. */
export function lastAtMost(length: number, valueOf: (index: number) => number, limit: number): number {
  let low = 0;
  let high = Math.max(0, length - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (valueOf(middle) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
