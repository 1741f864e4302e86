/** One thing wrong in a user's file. Lines and columns count from 1. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** Or the flag or variable that is wrong. */
  readonly file: string;
  /** From 1; 0 where there are none. */
  readonly line: number;
  readonly column: number;
  /** Where in the document, for example `phases.build.commands[2]`. */
  readonly path: string;
  readonly message: string;
  /** What would be right. */
  readonly hint?: string;
}

/** As compilers write it: `buildspec.yml:3:5: error: …`. */
export function formatFinding(finding: Finding): string {
  const { file, line, column } = finding;
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const hint = finding.hint === undefined ? '' : ` (${finding.hint})`;
  return `${place}: ${finding.severity}: ${finding.message}${hint}`;
}
