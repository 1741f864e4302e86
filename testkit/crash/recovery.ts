/**
 * The failpoints that a second life passed while it made good what the first had left undone, each once: those up to the
 * first one that is new to both, and those that a life without a kill never comes by.
 */
export function passedAgain(
  first: readonly string[],
  second: readonly string[],
  undisturbed: readonly string[],
): string[] {
  const passed = new Set(first);
  const known = new Set(undisturbed);
  const beyond = second.findIndex((name) => !passed.has(name));
  const again = beyond < 0 ? second : second.slice(0, beyond);
  return [...new Set([...again, ...second.filter((name) => !known.has(name))])];
}
