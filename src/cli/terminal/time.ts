/** How long ago, in words: `12 s ago`. */
export function ago(milliseconds: number, now = Date.now()): string {
  return `${duration(Math.max(0, now - milliseconds))} ago`;
}

/** `430 ms`, `12 s`, `3 min 4 s`, `2 h 5 min`, `3 d`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d`;
}
