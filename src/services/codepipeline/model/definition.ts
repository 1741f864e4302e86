/**
 * A pipeline as its author wrote it: the `PipelineDeclaration` of the API model, as plain readonly data. Names and
 * nesting are AWS's.
 */
export interface PipelineDefinition {
  readonly name: string;
  readonly roleArn: string;
  readonly artifactStore?: ArtifactStore;
  /** By region; includes the pipeline's own. */
  readonly artifactStores?: Readonly<Record<string, ArtifactStore>>;
  readonly stages: readonly StageDefinition[];
  readonly version?: number;
  readonly executionMode?: ExecutionMode;
  readonly pipelineType?: 'V1' | 'V2';
  readonly triggers?: readonly TriggerDefinition[];
  readonly variables?: readonly VariableDefinition[];
}

export type ExecutionMode = 'SUPERSEDED' | 'QUEUED' | 'PARALLEL';

export interface ArtifactStore {
  readonly type: string;
  /** Bucket name. */
  readonly location: string;
  readonly encryptionKey?: { readonly id: string; readonly type: string };
}

export interface StageDefinition {
  readonly name: string;
  readonly blockers?: readonly { readonly name: string; readonly type: string }[];
  readonly actions: readonly ActionDefinition[];
  readonly onFailure?: {
    readonly result?: string;
    readonly retryConfiguration?: { readonly retryMode?: RetryMode };
    readonly conditions?: readonly unknown[];
  };
  readonly onSuccess?: { readonly conditions?: readonly unknown[] };
  readonly beforeEntry?: { readonly conditions?: readonly unknown[] };
}

export type RetryMode = 'FAILED_ACTIONS' | 'ALL_ACTIONS';

export interface ActionTypeId {
  readonly category: string;
  readonly owner: string;
  readonly provider: string;
  readonly version: string;
}

export interface ActionDefinition {
  readonly name: string;
  readonly actionTypeId: ActionTypeId;
  /** 1 to 999; equal numbers run in parallel. Default 1. */
  readonly runOrder?: number;
  readonly configuration?: Readonly<Record<string, string>>;
  readonly inputArtifacts?: readonly { readonly name: string }[];
  readonly outputArtifacts?: readonly { readonly name: string; readonly files?: readonly string[] }[];
  readonly roleArn?: string;
  readonly region?: string;
  readonly namespace?: string;
  /** Manual approval only, 5 to 86,400. */
  readonly timeoutInMinutes?: number;
  readonly commands?: readonly string[];
  readonly outputVariables?: readonly string[];
  readonly environmentVariables?: readonly {
    readonly name: string;
    readonly value: string;
    readonly type?: string;
  }[];
}

export interface TriggerDefinition {
  readonly providerType: string;
  readonly gitConfiguration: { readonly sourceActionName: string };
}

export interface VariableDefinition {
  readonly name: string;
  readonly defaultValue?: string;
  readonly description?: string;
}

export function executionModeOf(definition: PipelineDefinition): ExecutionMode {
  return definition.executionMode ?? 'SUPERSEDED';
}

export function findStage(definition: PipelineDefinition, name: string): StageDefinition | undefined {
  return definition.stages.find((stage) => stage.name === name);
}

export function findAction(
  definition: PipelineDefinition,
  stage: string,
  action: string,
): ActionDefinition | undefined {
  return findStage(definition, stage)?.actions.find((candidate) => candidate.name === action);
}

/** `Source/AWS/CodeCommit/1`: how a type is named in messages and tables. */
export function typeName(type: ActionTypeId): string {
  return `${type.category}/${type.owner}/${type.provider}/${type.version}`;
}

/** The bucket of artifacts in a region; undefined when the pipeline has none there. */
export function artifactBucket(definition: PipelineDefinition, region: string): string | undefined {
  return definition.artifactStores?.[region]?.location ?? definition.artifactStore?.location;
}
