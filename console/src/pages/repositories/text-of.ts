/** The text of a file, undefined when it is binary: a NUL early on, as git judges it. */
export function textOf(content: Uint8Array): string | undefined {
  if (content.subarray(0, 8_000).includes(0)) return undefined;
  return new TextDecoder().decode(content);
}

/** Lines without their ends; a line feed at the end opens no further line. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
