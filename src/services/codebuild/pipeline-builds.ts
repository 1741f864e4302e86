import type { Scope } from '../../kernel/scope.ts';
import { findBuildRow } from './builds.ts';
import type { PipelineBuildRequest } from './face.ts';
import { BUILD_KIND } from './model/build/state.ts';
import { type BuildRequest, type ProjectDefinition, requestOf } from './model/request.ts';
import type { CodeBuildParts } from './parts.ts';
import { startBuild } from './start-build.ts';

/** A build that a pipeline asks for: sources and outputs are the pipeline's, the rest is the project's. */
export async function startPipelineBuild(
  parts: CodeBuildParts,
  scope: Scope,
  request: PipelineBuildRequest,
): Promise<{ readonly buildId: string }> {
  const buildId = await startBuild(parts, scope, {
    project: request.projectName,
    key: `pipeline/${request.key}`,
    replyTo: request.replyTo,
    request: (project) => forPipeline(project, request),
  });
  return { buildId };
}

function forPipeline(project: ProjectDefinition, request: PipelineBuildRequest): BuildRequest {
  const own = requestOf(project, { projectName: request.projectName }, request.initiator);
  const names = new Set(request.environmentVariables.map((variable) => variable.name));
  return {
    ...own,
    // Whatever the project is set up for, a pipeline's build takes and gives the pipeline's artifacts.
    source: { type: 'CODEPIPELINE', buildspec: own.source.buildspec },
    artifacts: { type: 'CODEPIPELINE' },
    secondarySources: [],
    secondarySourceVersions: [],
    secondaryArtifacts: [],
    sourceVersion: undefined,
    variables: [
      ...own.variables.filter((variable) => !names.has(variable.name as string)),
      ...request.environmentVariables,
    ],
    // A pipeline retries its actions itself.
    retry: { limit: 0, number: 0 },
    pipeline: {
      sources: request.sources,
      primarySource: request.primarySource,
      outputs: request.outputs,
      ...(request.resolvedSourceVersion === undefined
        ? {}
        : { resolvedSourceVersion: request.resolvedSourceVersion }),
    },
  };
}

/** Asks a build to stop; one that is unknown or has ended is left as it is. */
export async function askToStop(parts: CodeBuildParts, scope: Scope, id: string): Promise<void> {
  if (!(await findBuildRow(parts.kernel.database.read, scope, id))) return;
  await parts.kernel.transitions.run(scope, { kind: BUILD_KIND, id }, { kind: 'stop' });
}
