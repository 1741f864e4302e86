import type { Target } from '@aws-sdk/client-eventbridge';
import type { Scope } from '../../kernel/scope.ts';
import { parseArn } from '../../pure/arn.ts';
import { parseBusArn } from './model/names.ts';
import { inputProblems } from './model/target-input.ts';

/** Members of `Target` that belong to targets which are not built, or to features which are not. */
const NOT_BUILT = [
  'AppSyncParameters',
  'BatchParameters',
  'DeadLetterConfig',
  'EcsParameters',
  'HttpParameters',
  'KinesisParameters',
  'RedshiftDataParameters',
  'RunCommandParameters',
  'SageMakerPipelineParameters',
  'SqsParameters',
] as const satisfies readonly (keyof Target)[];

/** The kinds of targets that have somebody to invoke, by ARN service. */
export type KnownTargets = ReadonlyMap<string, { readonly problem: (arn: string) => string | undefined }>;

/** Everything wrong with a target, each in a sentence. */
export function targetProblems(target: Target, scope: Scope, supported: KnownTargets): readonly string[] {
  const problems = [...arnProblems(target.Arn ?? '', scope, supported), ...inputProblems(target)];
  for (const member of NOT_BUILT) {
    if (target[member] !== undefined) problems.push(`${member} is not built`);
  }
  if (target.RoleArn !== undefined && parseArn(target.RoleArn)?.service !== 'iam') {
    problems.push(`RoleArn is not the ARN of a role: ${target.RoleArn}`);
  }
  return problems.map((problem) => `Target ${target.Id} is not valid. Reason: ${problem}.`);
}

function arnProblems(text: string, scope: Scope, supported: KnownTargets): readonly string[] {
  if (parseBusArn(text)) return [];
  const arn = parseArn(text);
  if (!arn) return [`Arn is not an ARN: ${text}`];
  const kind = supported.get(arn.service);
  if (!kind) {
    const known = [...supported.keys(), 'events (event buses)'].toSorted().join(', ');
    return [`targets of the service ${arn.service} are not built; there are ${known}`];
  }
  if (arn.account !== scope.account) return ['only event buses can be targets in another account'];
  if (arn.region !== scope.region) return ['only event buses can be targets in another region'];
  const problem = kind.problem(text);
  return problem === undefined ? [] : [problem];
}
