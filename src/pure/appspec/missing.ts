import { APPSPEC_FILE } from './types.ts';

/** Says that a revision has no appspec, and which of its paths was probably meant to be it (D1.7). */
export function missingAppSpec(paths: readonly string[]): string {
  const likely = paths.find((path) => /(?:^|\/)appspec\.ya?ml$/i.test(path));
  const hint = likely === undefined ? '' : ` It has ${likely}, which is not looked at.`;
  return `The revision has no ${APPSPEC_FILE} at its top (the name is fixed and case-sensitive).${hint}`;
}
