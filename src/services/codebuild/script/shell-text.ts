/** Shell code in a template string: `@{` stands for `${`, which the template would take for itself. */
export function shellText(strings: TemplateStringsArray): string {
  return (strings.raw[0] as string).trimStart().replaceAll('@{', '${');
}

/** One word for the shell, whatever is in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
