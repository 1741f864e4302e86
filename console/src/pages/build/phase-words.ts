/** `POST_BUILD` → `Post build`. */
export function phaseInWords(phase: string | undefined): string {
  if (phase === undefined) return '–';
  const words = phase.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
