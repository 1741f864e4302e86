import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { PipelineDefinition } from '../model/definition.ts';
import { EXCEPTION_OF, problemText } from '../model/validate/problem.ts';
import { validatePipeline } from '../model/validate/validate.ts';
import type { CodePipelineParts } from '../parts.ts';

/** More than this is cut: the message goes through headers and terminals. */
const MAX_PROBLEMS = 50;

/**
 * Checks a definition and fills in what AWS fills in. Refuses with the exception of the first problem and a message that
 * names all of them.
 */
export function checkedDefinition(
  parts: CodePipelineParts,
  region: string,
  given: PipelineDefinition,
  version: number,
): PipelineDefinition {
  const problems = validatePipeline(given, region, parts.types);
  const [first] = problems;
  if (first) {
    const texts = problems.slice(0, MAX_PROBLEMS).map(problemText);
    const more = problems.length > MAX_PROBLEMS ? [`and ${problems.length - MAX_PROBLEMS} more`] : [];
    throw new ApiError(EXCEPTION_OF[first.kind], [...texts, ...more].join('\n'));
  }
  return {
    ...given,
    stages: given.stages.map((stage) => ({
      ...stage,
      actions: stage.actions.map((action) => ({
        ...action,
        runOrder: action.runOrder ?? 1,
        configuration: action.configuration ?? {},
        inputArtifacts: action.inputArtifacts ?? [],
        outputArtifacts: action.outputArtifacts ?? [],
      })),
    })),
    version,
    executionMode: given.executionMode ?? 'SUPERSEDED',
    pipelineType: given.pipelineType ?? 'V1',
  };
}

/** Refuses (`InvalidStructureException`) a pipeline whose role does not exist. */
export async function requireRole(parts: CodePipelineParts, tx: Tx, roleArn: string): Promise<void> {
  if (await parts.iam.roleExists(tx, roleArn)) return;
  throw new ApiError(
    'InvalidStructureException',
    `CodePipeline is not authorized to perform AssumeRole on role ${roleArn}: there is no such role`,
  );
}
