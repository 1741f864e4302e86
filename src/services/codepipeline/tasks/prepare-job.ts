import type { Scope } from '../../../kernel/scope.ts';
import { ActionFailure, type InputArtifact, type Job } from '../actions/provider.ts';
import { executionRef } from '../aggregates.ts';
import { findType } from '../model/action-type.ts';
import { outputPlaces } from '../model/artifact-places.ts';
import type { ActionDefinition, PipelineDefinition } from '../model/definition.ts';
import type { ExecutionState } from '../model/execution/state.ts';
import type { Effect } from '../model/step.ts';
import { namespacesIn, resolveConfiguration, type VariableScope } from '../model/variables.ts';
import type { CodePipelineParts } from '../parts.ts';
import { variablesOf } from '../store/actions.ts';
import { artifactsOf, type StoredArtifact } from '../store/artifacts.ts';
import { startFacts } from '../store/starts.ts';

/** Of an action whose variables are resolved. */
const MAX_CONFIGURATION_BYTES = 100 * 1024;

export type StartAction = Effect & { readonly kind: 'start-action' };

/** Gathers what a provider needs. Refuses (`ActionFailure`) what cannot be resolved, naming it. */
export async function prepareJob(
  parts: CodePipelineParts,
  home: Scope,
  request: StartAction,
  state: ExecutionState,
  definition: PipelineDefinition,
  action: ActionDefinition,
  signal: AbortSignal,
): Promise<Job> {
  const { kernel } = parts;
  const { executionId, actionExecutionId } = request;
  const start = await startFacts(kernel.database.read, home, executionId);
  return {
    key: actionExecutionId,
    scope: await scopeOf(parts, home, action),
    home,
    pipelineName: state.pipelineName,
    executionId,
    stage: request.stage,
    action: action.name,
    configuration: await resolve(parts, home, executionId, action, start.variables),
    inputs: await inputsOf(parts, home, executionId, action),
    outputs: outputsOf(home, definition, action, actionExecutionId),
    wanted: start.revisions[action.name],
    replyTo: { to: executionRef(executionId), token: actionExecutionId },
    signal,
  };
}

/** Account of the action's role and its region, else the pipeline's own (B1.8). */
async function scopeOf(parts: CodePipelineParts, home: Scope, action: ActionDefinition): Promise<Scope> {
  const { roleArn, region = home.region } = action;
  if (roleArn === undefined) return { account: home.account, region };
  const exists = await parts.kernel.database.transaction((tx) => parts.iam.roleExists(tx, roleArn));
  if (!exists) {
    throw new ActionFailure(
      'PermissionError',
      `Action ${action.name} cannot take on the role ${roleArn}: there is no such role`,
    );
  }
  return { account: roleArn.split(':')[4] ?? home.account, region };
}

async function resolve(
  parts: CodePipelineParts,
  home: Scope,
  executionId: string,
  action: ActionDefinition,
  variables: readonly { readonly name: string; readonly value: string }[],
): Promise<Readonly<Record<string, string>>> {
  const configuration = action.configuration ?? {};
  const namespaces = namespacesIn(Object.values(configuration));
  const outputs = await variablesOf(parts.kernel.database.read, home, executionId, namespaces);
  const scope: VariableScope = {
    ...outputs,
    codepipeline: { PipelineExecutionId: executionId },
    variables: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
  };
  const type = findType(parts.types, action.actionTypeId);
  const { values, unresolved } = resolveConfiguration(
    configuration,
    scope,
    (name) => type?.configuration.find((key) => key.name === name)?.json ?? false,
  );
  if (unresolved.length > 0) {
    throw new ActionFailure(
      'ConfigurationError',
      `Action ${action.name} refers to ${unresolved.join(', ')}, which no earlier action has given a value`,
    );
  }
  const bytes = Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (bytes > MAX_CONFIGURATION_BYTES) {
    throw new ActionFailure(
      'ConfigurationError',
      `The configuration of action ${action.name} has ${bytes} bytes with its variables, ${MAX_CONFIGURATION_BYTES} are allowed`,
    );
  }
  return values;
}

async function inputsOf(
  parts: CodePipelineParts,
  home: Scope,
  executionId: string,
  action: ActionDefinition,
): Promise<readonly InputArtifact[]> {
  const wanted = action.inputArtifacts ?? [];
  if (wanted.length === 0) return [];
  const stored = await artifactsOf(parts.kernel.database.read, home, executionId);
  return wanted.map(({ name }) => {
    const found = stored.find((artifact) => artifact.name === name);
    if (!found) {
      throw new ActionFailure('JobFailed', `The input artifact ${name} was not made by any earlier action`);
    }
    return {
      name,
      bucket: found.bucket,
      key: found.object_key,
      revisionId: found.revision_id ?? undefined,
    };
  });
}

function outputsOf(
  home: Scope,
  definition: PipelineDefinition,
  action: ActionDefinition,
  actionExecutionId: string,
): readonly StoredArtifact[] {
  const places = outputPlaces(definition, home.region, action, actionExecutionId);
  if (places) return places;
  throw new ActionFailure('ConfigurationError', `The pipeline has no artifact store in ${home.region}`);
}
