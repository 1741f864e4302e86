/** Which modelled exception a problem is of. */
export type ProblemKind = 'structure' | 'stage' | 'action' | 'blocker' | 'limit';

/** One thing wrong in a definition. `path` as in `stages[1].actions[0].runOrder`. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** What would be right. */
  readonly hint?: string;
  /** The key itself is wrong, not what stands behind it. */
  readonly atKey?: boolean;
}

export type Report = (problem: Problem) => void;

export const EXCEPTION_OF: Readonly<Record<ProblemKind, string>> = {
  structure: 'InvalidStructureException',
  stage: 'InvalidStageDeclarationException',
  action: 'InvalidActionDeclarationException',
  blocker: 'InvalidBlockerDeclarationException',
  limit: 'LimitExceededException',
};

/** `stages[1].actions[0].name` */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

export function problemText(problem: Problem): string {
  const place = problem.path.length === 0 ? '' : `${pathText(problem.path)}: `;
  return `${place}${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
}
