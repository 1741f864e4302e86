/** At most `max` characters: what is too long loses its middle, because reasons stand at the end. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.floor((max - MARK.length) / 2);
  return `${text.slice(0, max - MARK.length - end).toWellFormed()}${MARK}${text.slice(text.length - end).toWellFormed()}`;
}

const MARK = ' … ';
