import type { Scope } from '../../kernel/scope.ts';

export function pipelineArn(scope: Scope, name: string): string {
  return `arn:aws:codepipeline:${scope.region}:${scope.account}:${name}`;
}

const PIPELINE_ARN = /^arn:aws(?:-\w+)*:codepipeline:([^:]+):([0-9]{12}):([A-Za-z0-9.@_-]{1,100})$/;

/** Undefined when the ARN is not one of a pipeline. */
export function parsePipelineArn(arn: string): { readonly scope: Scope; readonly name: string } | undefined {
  const [, region, account, name] = PIPELINE_ARN.exec(arn) ?? [];
  if (region === undefined || account === undefined || name === undefined) return undefined;
  return { scope: { account, region }, name };
}
